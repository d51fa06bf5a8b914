import { lastValueFrom, tap } from 'rxjs';
import type { VideoFrame } from '../../domain/video-frame.js';
import { silentLogger } from '../../observability/logger.js';
import { openPhantomSource } from '../../video/phantom-source.js';

export interface SceneSpeed {
  /** Scenes drawn side by side, each in a thread of its own. */
  readonly threads: number;
  readonly framesPerSecond: number;
  /** Milliseconds that a thread draws at a frame, median. */
  readonly drawMs: number;
}

/**
 * How fast `phantom://` feeds of this size are drawn, counted from the moment when the last of them has drawn its first
 * frame, which includes building its textures.
 *
 * @param width, height pixels.
 * @param frames that each thread draws.
 */
export async function measureSceneSpeed(
  threads: number,
  { width, height, frames }: { readonly width: number; readonly height: number; readonly frames: number },
): Promise<SceneSpeed> {
  const drawUs: number[] = [];
  let begun = 0;
  let startedAt = 0;
  let counted = 0;
  const feeds = Array.from({ length: threads }, async (_, index) => {
    const uri = `phantom://scene?seed=${index + 1}&size=${width}x${height}&frames=${frames}&pace=fast`;
    const count = ({ sequence, decodeUs }: VideoFrame): void => {
      if (sequence === 0 && ++begun === threads) startedAt = performance.now();
      else if (begun === threads) counted++;
      drawUs.push(decodeUs);
    };
    const source = { uri, ownSpeed: false, loop: false } as const;
    const options = {
      feedId: `scene-${index}`,
      source,
      width,
      height,
      hardwareAcceleration: 'none',
      logger: silentLogger(),
    } as const;
    await lastValueFrom(openPhantomSource(options).pipe(tap(count)));
  });
  await Promise.all(feeds);
  const seconds = (performance.now() - startedAt) / 1000;
  drawUs.sort((a, b) => a - b);
  return { threads, framesPerSecond: counted / seconds, drawMs: drawUs[drawUs.length >> 1]! / 1000 };
}
