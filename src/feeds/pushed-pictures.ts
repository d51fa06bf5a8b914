import { Observable, type Subscriber } from 'rxjs';
import { SurgicamError } from '../domain/errors.js';
import type { FrameGate } from '../domain/frame-gate.js';
import type { VideoFrame } from '../domain/video-frame.js';
import { decodeImage } from '../files/image.js';
import type { FrameSourceOptions } from '../video/frame-source.js';
import type { PushedPicture } from './pushed-input.js';

/**
 * Frames of pictures that a producer sends, one decoded at a time and scaled as AnalyzeImage does. Errors:
 * invalid_argument, naming the picture that cannot be read or whose time does not rise.
 */
export function openPictureSource(options: FrameSourceOptions): Observable<VideoFrame> {
  return new Observable((subscriber) => {
    const { pushed } = options;
    decodeAll(options, subscriber).then(
      () => subscriber.complete(),
      (error: unknown) => subscriber.error(SurgicamError.from(error)),
    );
    return () => pushed?.destroy();
  });
}

async function decodeAll(options: FrameSourceOptions, subscriber: Subscriber<VideoFrame>): Promise<void> {
  const { feedId, source, width, height, pushed, gate, firstSequence = 0 } = options;
  const frameUs = 1e6 / (source.push?.frameRate ?? 25);
  let lastTimeUs: number | undefined;
  let sequence = firstSequence;
  for await (const { bytes, mediaTimeUs: given } of (pushed ?? []) as AsyncIterable<PushedPicture>) {
    if (gate !== undefined) await whenOpen(gate, subscriber);
    if (subscriber.closed) return;
    const mediaTimeUs = given ?? (lastTimeUs === undefined ? 0 : Math.round(lastTimeUs + frameUs));
    if (lastTimeUs !== undefined && mediaTimeUs <= lastTimeUs) {
      throw SurgicamError.invalidField('media_time_us', mediaTimeUs, `more than the last, ${lastTimeUs}`);
    }
    lastTimeUs = mediaTimeUs;
    const startedMs = performance.now();
    const { pixels, sourceWidth, sourceHeight } = await decodeImage(
      bytes,
      width,
      height,
      `picture ${sequence}`,
    );
    const nowMs = performance.now();
    subscriber.next({
      feedId,
      sequence: sequence++,
      mediaTimeUs,
      capturedAtMs: performance.timeOrigin + nowMs,
      capturedAtMonotonicMs: nowMs,
      sourceWidth,
      sourceHeight,
      width,
      height,
      pixels,
      decodeUs: Math.round((nowMs - startedMs) * 1000),
    });
  }
}

/** Resolves when the gate is open or nobody listens any more. */
async function whenOpen(gate: FrameGate, subscriber: Subscriber<VideoFrame>): Promise<void> {
  while (!gate.isOpen() && !subscriber.closed) {
    await new Promise<void>((resolve) => {
      const stop = gate.onOpen(resolve);
      subscriber.add(stop);
      subscriber.add(resolve);
    });
  }
}
