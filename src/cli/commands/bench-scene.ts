import type { Command } from 'commander';
import { availableParallelism } from 'node:os';
import { measureSceneSpeed } from '../bench/scene-speed.js';
import { frameSize, wholeIn } from '../flag-parsers.js';

interface BenchSceneFlags {
  readonly size: readonly [number, number];
  readonly frames: number;
  readonly threads: number;
  readonly json?: boolean;
}

/** A camera's usual rate, frames a second. */
const REAL_TIME = 25;

/** `surgicam bench scene`: how fast the synthetic scene is drawn. */
export function registerBenchScene(bench: Command): void {
  bench
    .command('scene')
    .description('measure how fast the synthetic scene is drawn, on one thread and on several')
    .option('--size <WxH>', 'pixels, 16x16 to 4096x4096', frameSize, [854, 480] as const)
    .option('--frames <n>', 'frames that each thread draws', wholeIn(10, 1_000_000), 300)
    .option('--threads <n>', 'most threads', wholeIn(1, 64), Math.min(2, availableParallelism()))
    .option('--json', 'everything measured, as one JSON object')
    // `surgicam bench` has --json too, and takes it before this command sees it.
    .action((_flags, command: Command) => benchScene(command.optsWithGlobals()));
}

async function benchScene({ size, frames, threads, json }: BenchSceneFlags): Promise<void> {
  const [width, height] = size;
  const one = await measureSceneSpeed(1, { width, height, frames });
  const speeds = threads === 1 ? [one] : [one, await measureSceneSpeed(threads, { width, height, frames })];
  if (json === true) {
    console.log(JSON.stringify({ width, height, frames, speeds }));
    return;
  }
  console.log(`synthetic scene, ${width} x ${height}`);
  for (const { threads: used, framesPerSecond, drawMs } of speeds) {
    console.log(
      `${used} thread${used === 1 ? ' ' : 's'}  ${framesPerSecond.toFixed(1)} frames/s, ` +
        `${(framesPerSecond / REAL_TIME).toFixed(1)} times a camera of ${REAL_TIME}; ${drawMs.toFixed(1)} ms a frame`,
    );
  }
}
