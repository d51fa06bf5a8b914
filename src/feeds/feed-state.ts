import type { FeedState } from '../domain/feed.js';

/** A state as it is set; the clock is read in one place. */
export type NewFeedState = FeedState extends infer State
  ? State extends FeedState
    ? Omit<State, 'sinceMs'>
    : never
  : never;

/** Holds the one state of a feed; `setState` is the only way to change it. */
export class FeedStateHolder {
  private current: FeedState = { kind: 'starting', sinceMs: Date.now() };

  constructor(private readonly onChange: (state: FeedState) => void) {}

  get state(): FeedState {
    return this.current;
  }

  setState(next: NewFeedState): void {
    // Repeating a state is no change, but each try at reconnecting is.
    if (next.kind === this.current.kind && next.kind !== 'reconnecting') return;
    this.current = { ...next, sinceMs: Date.now() };
    this.onChange(this.current);
  }

  /**
   * A live feed's picture has stood still since then, or moves again. Says whether that is news; a feed that is not
   * live has no picture.
   */
  setFrozen(frozenSinceMs: number | undefined): boolean {
    const { current } = this;
    if (current.kind !== 'live' || current.frozenSinceMs === frozenSinceMs) return false;
    const { kind, sinceMs } = current;
    this.current = { kind, sinceMs, ...(frozenSinceMs === undefined ? {} : { frozenSinceMs }) };
    this.onChange(this.current);
    return true;
  }
}
