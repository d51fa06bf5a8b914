/** Behind by more than this the clock starts anew instead of catching up in a burst. */
const MAX_LAG_MS = 1000;

/**
 * When each frame is due. Due times are counted from the start, not from the frame before, so that late timers
 * do not add up. After a long halt (a closed gate, a suspended machine) it goes on from there.
 */
export class FrameClock {
  readonly #intervalMs: number;
  #originMs: number;

  constructor(fps: number, nowMs: number) {
    this.#intervalMs = 1000 / fps;
    this.#originMs = nowMs;
  }

  /** Milliseconds to wait until frame `index` is due; 0 when it is due already. */
  waitMs(index: number, nowMs: number): number {
    const wait = this.#originMs + index * this.#intervalMs - nowMs;
    if (wait < -MAX_LAG_MS) this.#originMs -= wait;
    return Math.max(0, wait);
  }
}
