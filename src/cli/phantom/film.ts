import { SurgicamError } from '../../domain/errors.js';
import { VideoWriter } from '../../video/video-writer.js';
import type { FrameTruth } from './frame-truth.js';
import type { RenderedTruth, RenderJob } from './render-messages.js';
import { SCENE_FPS, type RenderOptions } from './render-options.js';
import type { RenderPool } from './render-pool.js';

/** Frames that are drawn ahead of the encoder by each thread. */
const AHEAD = 2;

/** Error: invalid_argument for an odd side, which 4:2:0 video has no room for. */
export function checkEvenSize({ width, height }: RenderOptions): void {
  if (width % 2 === 0 && height % 2 === 0) return;
  throw SurgicamError.invalidField('--size', `${width}x${height}`, 'even sides, for video');
}

/**
 * Draws a video at the scene's frame rate. `lanes`: the threads that take turns; `onTruth` is called for every frame in
 * order. Errors: failed_precondition without a usable ffmpeg, internal.
 */
export async function drawFilm(
  file: string,
  jobs: Iterable<RenderJob>,
  { width, height }: RenderOptions,
  pool: RenderPool,
  lanes: readonly number[],
  onTruth: (truth: FrameTruth, index: number) => void,
): Promise<void> {
  const writer = await VideoWriter.open(file, { width, height, frameRate: SCENE_FPS });
  try {
    let index = 0;
    for await (const { truth, pixels } of drawnInOrder(jobs, pool, lanes)) {
      await writer.write(pixels!);
      onTruth(truth, index++);
    }
    await writer.finish();
  } catch (error) {
    await writer.abandon();
    throw error;
  }
}

async function* drawnInOrder(
  jobs: Iterable<RenderJob>,
  pool: RenderPool,
  lanes: readonly number[],
): AsyncGenerator<RenderedTruth> {
  const waiting: Promise<RenderedTruth>[] = [];
  let turn = 0;
  for (const job of jobs) {
    const drawn = pool.render(lanes[turn++ % lanes.length]!, { ...job, wantsPixels: true });
    // Heard of when its turn comes; until then it must not count as unhandled.
    drawn.catch(() => undefined);
    waiting.push(drawn);
    if (waiting.length >= AHEAD * lanes.length) yield await waiting.shift()!;
  }
  for (const drawn of waiting) yield await drawn;
}
