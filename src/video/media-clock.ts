/** A step back of more than this is a restart of the source's clock, not a disorder of its frames. */
const RESTART_US = 1_000_000;

/** Assumed distance of two frames before a second one was seen: 25 frames/s. */
const FIRST_STEP_US = 40_000;

/**
 * Makes media times that rise strictly. True times pass unchanged; a frame without a time gets the last
 * distance, a small step back is lifted to one microsecond after its predecessor, and a restart of the
 * source's clock goes on one step after the last frame.
 */
export class MediaClock {
  #lastUs: number | undefined;
  #stepUs = FIRST_STEP_US;
  #offsetUs = 0;

  next(ptsUs: number | undefined): number {
    const last = this.#lastUs;
    if (last === undefined) {
      this.#lastUs = ptsUs ?? 0;
      return this.#lastUs;
    }
    let time = ptsUs === undefined ? last + this.#stepUs : ptsUs + this.#offsetUs;
    if (last - time > RESTART_US) {
      this.#offsetUs += last + this.#stepUs - time;
      time = last + this.#stepUs;
    } else if (time <= last) {
      time = last + 1;
    } else {
      this.#stepUs = time - last;
    }
    this.#lastUs = time;
    return time;
  }
}
