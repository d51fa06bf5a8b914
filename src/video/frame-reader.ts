import type { Observable, Subscription } from 'rxjs';
import type { FrameGate } from '../domain/frame-gate.js';
import type { VideoFrame } from '../domain/video-frame.js';

/** Frames of a source one at a time, as they are asked for: while none is, the source is held back. */
export class FrameReader {
  readonly #subscription: Subscription;
  readonly #listeners = new Set<() => void>();
  readonly #waiting: VideoFrame[] = [];
  #end: { readonly error?: unknown } | undefined;
  #wake: (() => void) | undefined;

  /** `open` is given the gate that the source has to heed. */
  constructor(open: (gate: FrameGate) => Observable<VideoFrame>) {
    const gate: FrameGate = {
      isOpen: () => this.#waiting.length === 0,
      onOpen: (listener) => {
        this.#listeners.add(listener);
        return () => this.#listeners.delete(listener);
      },
    };
    this.#subscription = open(gate).subscribe({
      next: (frame) => {
        this.#waiting.push(frame);
        this.#wake?.();
      },
      error: (error: unknown) => {
        this.#end = { error };
        this.#wake?.();
      },
      complete: () => {
        this.#end = {};
        this.#wake?.();
      },
    });
  }

  /** The next frame; undefined after the last. Error: the source's own, after the frames it gave. */
  async next(): Promise<VideoFrame | undefined> {
    while (this.#waiting.length === 0 && this.#end === undefined) {
      await new Promise<void>((resolve) => (this.#wake = resolve));
    }
    const frame = this.#waiting.shift();
    if (frame !== undefined) {
      for (const listener of [...this.#listeners]) listener();
      return frame;
    }
    if (this.#end !== undefined && 'error' in this.#end) throw this.#end.error;
    return undefined;
  }

  close(): void {
    this.#subscription.unsubscribe();
    this.#end ??= {};
    this.#wake?.();
  }
}
