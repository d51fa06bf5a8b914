import type { SubscriptionEvent } from './events.js';

/** How far a subscription got in its feed, over all its calls: nothing is given out twice. */
export class Position {
  #lastSequence: bigint | undefined;
  #createdAtMs: number | undefined;

  constructor(resumeAfterSequence?: bigint) {
    this.#lastSequence = resumeAfterSequence;
  }

  /** Newest frame that was given out or reported as missed; absent before the first. */
  get lastSequence(): bigint | undefined {
    return this.#lastSequence;
  }

  /** The events to give out for one of the server's: none when it was given out before. */
  pass(event: SubscriptionEvent): readonly SubscriptionEvent[] {
    switch (event.type) {
      case 'analysis':
        return this.#advance(event.analysis.sequence) ? [event] : [];
      case 'gap':
        return this.#advance(event.toSequence) ? [event] : [];
      case 'feed-state':
        return this.#isReplaced(event.feed.createTime)
          ? [{ type: 'feed-replaced', feed: event.feed }, event]
          : [event];
      default:
        return [event];
    }
  }

  #advance(sequence: bigint): boolean {
    if (this.#lastSequence !== undefined && sequence <= this.#lastSequence) return false;
    this.#lastSequence = sequence;
    return true;
  }

  /** A feed of the same name that was created at another time counts its frames from 0 again. */
  #isReplaced(createTime: Date | undefined): boolean {
    const createdAtMs = createTime?.getTime();
    const before = this.#createdAtMs;
    this.#createdAtMs = createdAtMs;
    if (before === undefined || before === createdAtMs) return false;
    this.#lastSequence = undefined;
    return true;
  }
}
