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
  let count = 0;
  let begin: Promise<Reading> | undefined;
  let endMs = Infinity;
  const end = await new Promise<Reading>((resolve, reject) => {
    const decoding = frames.subscribe({
      next: () => {
        if (begin === undefined) {
          begin = read(count);
          endMs = performance.now() + seconds * 1000;
        }
        count += 1;
        if (count < LEAST_FRAMES || performance.now() < endMs) return;
        // ffmpeg must still run: a process that is gone tells nothing.
        const reading = read(count);
        resolve(reading);
        void reading.then(() => decoding.unsubscribe());
      },
      error: reject,
      complete: () => reject(new Error('the clip came to an end though it was to be played in a loop')),
    });
  });
  return speedBetween(await begin!, end);
}

/** However short the time, a few frames of a slow machine's clock are no measurement. */
const LEAST_FRAMES = 50;

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

function speedBetween(from: Reading, to: Reading): DecodeSpeed {
  const frames = to.frames - from.frames;
  const { ffmpegCpuSeconds: begin } = from;
  const { ffmpegCpuSeconds: end } = to;
  return {
    framesPerSecond: (1000 * frames) / (to.atMs - from.atMs),
    ffmpegCpuSeconds: begin === undefined || end === undefined ? undefined : (end - begin) / frames,
    readerCpuSeconds: (to.ownCpuSeconds - from.ownCpuSeconds) / frames,
  };
}
