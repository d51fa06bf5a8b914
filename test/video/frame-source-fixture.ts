import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { lastValueFrom, toArray, type Observable } from 'rxjs';
import { SurgicamError } from '../../src/domain/errors.js';
import type { FeedSource } from '../../src/domain/feed.js';
import type { VideoFrame } from '../../src/domain/video-frame.js';
import { silentLogger } from '../../src/observability/logger.js';
import type { FrameSourceOptions } from '../../src/video/frame-source.js';

/** Options for a source of small frames; small ones keep the tests quick. */
export function sourceOptions(
  uri: string,
  options: Partial<FrameSourceOptions> & Partial<FeedSource> = {},
): FrameSourceOptions {
  const { ownSpeed = false, loop = false, ...rest } = options;
  return {
    feedId: 'test',
    source: { uri, ownSpeed, loop },
    width: 32,
    height: 24,
    hardwareAcceleration: 'none',
    logger: silentLogger(),
    ...rest,
  };
}

export function allFrames(source: Observable<VideoFrame>): Promise<VideoFrame[]> {
  return lastValueFrom(source.pipe(toArray()));
}

/** The error a source ends with; its frames are dropped. */
export async function errorOf(source: Observable<VideoFrame>): Promise<SurgicamError> {
  try {
    await lastValueFrom(source, { defaultValue: undefined });
  } catch (error) {
    if (error instanceof SurgicamError) return error;
    throw error;
  }
  throw new Error('the source ended well');
}

export function mediaTimes(frames: readonly VideoFrame[]): number[] {
  return frames.map((frame) => frame.mediaTimeUs);
}

export function strictlyRising(values: readonly number[]): boolean {
  return values.every((value, index) => index === 0 || value > values[index - 1]!);
}

/** Makes a file with the given ffmpeg. */
export function makeVideo(ffmpeg: string, args: readonly string[], file: string): string {
  const result = spawnSync(ffmpeg, ['-hide_banner', '-nostdin', '-loglevel', 'error', '-y', ...args, file]);
  if (result.status !== 0) throw new Error(`ffmpeg made no ${file}: ${result.stderr.toString()}`);
  return file;
}

/** Whether a process with this id is there and is not a zombie. */
export function isAlive(pid: number): boolean {
  return existsSync(`/proc/${pid}/exe`);
}
