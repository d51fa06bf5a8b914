import type { Command } from 'commander';
import { withTemporaryFolder } from '../bench/bench-materials.js';
import { runSoak } from '../bench/soak/run-soak.js';
import { soakLines } from '../bench/soak/soak-report.js';
import { numberIn, wholeIn } from '../flag-parsers.js';

interface BenchSoakFlags {
  readonly feeds: number;
  readonly fps: number;
  readonly subscribers: number;
  readonly minutes: number;
  readonly json?: boolean;
}

/** `surgicam bench soak`: everything around the model, for as long as one likes. */
export function registerBenchSoak(bench: Command): void {
  bench
    .command('soak')
    .description('let the service run with a model that does nothing: memory, lost frames, added latency')
    .option('--feeds <n>', 'live feeds, a looped clip through ffmpeg each', wholeIn(1, 1000), 8)
    .option('--fps <n>', 'frames per second of each', wholeIn(1, 240), 25)
    .option('--subscribers <n>', 'who want every frame, over all feeds', wholeIn(1, 10_000), 50)
    .option('--minutes <n>', 'how long', numberIn(0.05, 100_000), 10)
    .option('--json', 'everything measured, as one JSON object')
    // `surgicam bench` has --json too, and takes it before this command sees it.
    .action((_flags, command: Command) => benchSoak(command.optsWithGlobals()));
}

async function benchSoak({ feeds, fps, subscribers, minutes, json }: BenchSoakFlags): Promise<void> {
  const onStep = (text: string): void => void process.stderr.write(`... ${text}\n`);
  await withTemporaryFolder(async (folder) => {
    const report = await runSoak({ feeds, fps, subscribers, minutes, folder, onStep });
    if (json === true) console.log(JSON.stringify(report));
    else for (const line of soakLines(report)) console.log(line);
  });
}
