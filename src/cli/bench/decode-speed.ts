import { takeUntil, timer } from 'rxjs';
import type { ModelDescription } from '../../domain/model-description.js';
import { silentLogger } from '../../observability/logger.js';
import { activeFfmpegPids } from '../../video/ffmpeg-registry.js';
import { openFrameSource } from '../../video/open-frame-source.js';
import { processStats } from './process-stats.js';

export interface DecodeSpeed {
  readonly framesPerSecond: number;
  /** Processor time of ffmpeg for a frame: decoding and scaling, seconds; undefined where it cannot be seen. */
  readonly ffmpegCpuSeconds: number | undefined;
  /** Processor time of this process for a frame: taking it out of the pipe, seconds. */
  readonly readerCpuSeconds: number;
}

/** Decodes a clip over and over, as fast as it goes, and throws the frames away. */
export async function measureDecoding(
  clip: string,
  { inputWidth: width, inputHeight: height }: ModelDescription,
  seconds: number,
): Promise<DecodeSpeed> {
  const frames = openFrameSource({
    feedId: 'bench',
    source: { uri: `file:${clip}`, ownSpeed: false, loop: true },
    width,
    height,
    hardwareAcceleration: 'none',
    logger: silentLogger(),
  });
  let first: Promise<Reading> | undefined;
  let count = 0;
  let latest: Promise<Reading> | undefined;
  await new Promise<void>((resolve, reject) => {
    frames.pipe(takeUntil(timer(seconds * 1000))).subscribe({
      next: () => {
        first ??= read(count);
        count += 1;
        // The last reading is taken while ffmpeg still runs: a process that is gone tells nothing.
        if (count % READ_EVERY_FRAMES === 0) latest = read(count);
      },
      error: reject,
      complete: resolve,
    });
  });
  return speedBetween(await first, await latest);
}

const READ_EVERY_FRAMES = 25;

interface Reading {
  readonly frames: number;
  readonly atMs: number;
  readonly ownCpuSeconds: number;
  readonly ffmpegCpuSeconds: number | undefined;
}

async function read(frames: number): Promise<Reading> {
  const atMs = performance.now();
  const { user, system } = process.cpuUsage();
  const [pid] = activeFfmpegPids();
  const stats = pid === undefined ? undefined : await processStats(pid);
  return { frames, atMs, ownCpuSeconds: (user + system) / 1e6, ffmpegCpuSeconds: stats?.cpuSeconds };
}

function speedBetween(from: Reading | undefined, to: Reading | undefined): DecodeSpeed {
  if (from === undefined || to === undefined || to.frames === from.frames) {
    throw new Error('too few frames were decoded to measure; give --seconds more');
  }
  const frames = to.frames - from.frames;
  const { ffmpegCpuSeconds: begin } = from;
  const { ffmpegCpuSeconds: end } = to;
  return {
    framesPerSecond: (1000 * frames) / (to.atMs - from.atMs),
    ffmpegCpuSeconds: begin === undefined || end === undefined ? undefined : (end - begin) / frames,
    readerCpuSeconds: (to.ownCpuSeconds - from.ownCpuSeconds) / frames,
  };
}
