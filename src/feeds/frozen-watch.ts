import type { VideoFrame } from '../domain/video-frame.js';

/** Bytes between two that are looked at: about every twentieth pixel, in the three colours by turns (no multiple of 3). */
const STRIDE = 61;

type WatchedFrame = Pick<VideoFrame, 'pixels' | 'mediaTimeUs' | 'capturedAtMs'>;

/**
 * Notices a picture that stands still: a camera whose cable was pulled at the far end of a video router, or whose freeze
 * button was pressed, goes on sending frames. A living camera's noise makes no two frames alike, so frames count as
 * the same only if a sample of their bytes is exactly that. A frame costs microseconds.
 */
export class FrozenWatch {
  private sample = new Uint8Array();
  private since: Pick<WatchedFrame, 'mediaTimeUs' | 'capturedAtMs'> | undefined;

  /** How long the same picture must be seen, milliseconds of the media's time; 0 or less: nothing is ever frozen. */
  constructor(private readonly frozenAfterMs: number) {}

  /** Wall clock of the first of the frames that are all the same; undefined while the picture lives. */
  frame({ pixels, mediaTimeUs, capturedAtMs }: WatchedFrame): number | undefined {
    if (this.frozenAfterMs <= 0) return undefined;
    if (this.changed(pixels) || this.since === undefined) {
      this.since = { mediaTimeUs, capturedAtMs };
      return undefined;
    }
    const sameForMs = (mediaTimeUs - this.since.mediaTimeUs) / 1000;
    return sameForMs >= this.frozenAfterMs ? this.since.capturedAtMs : undefined;
  }

  /** Whether the sample differs from the one before, which it replaces. */
  private changed(pixels: Uint8Array): boolean {
    const length = Math.ceil(pixels.length / STRIDE);
    let isNew = length !== this.sample.length;
    if (isNew) this.sample = new Uint8Array(length);
    const { sample } = this;
    for (let i = 0, at = 0; i < length; i++, at += STRIDE) {
      if (sample[i] === pixels[at]) continue;
      isNew = true;
      sample[i] = pixels[at]!;
    }
    return isNew;
  }
}
