import type { FeedSnapshot } from '../domain/feed.js';
import type { FrameAnalysis } from '../domain/frame-analysis.js';

/** What a slow reader gets: the newest analysis, or every one that the history still holds. */
export type Delivery = 'latest' | 'every_frame';

/**
 * Why analyses are missing. `history_exceeded`: the reader was slower than the history reaches back.
 * `not_computed`: they were analysed before the reader's recipe was in force. `paused`: its subscription did not want
 * them, and ended so; no reader says this by itself.
 */
export type GapReason = 'history_exceeded' | 'not_computed' | 'paused';

export type GapItem = Extract<ReaderItem, { kind: 'gap' }>;

export type ReaderItem =
  | { readonly kind: 'analysis'; readonly analysis: FrameAnalysis }
  | {
      readonly kind: 'gap';
      /** Both ends included. */
      readonly fromSequence: number;
      readonly toSequence: number;
      readonly reason: GapReason;
    }
  | { readonly kind: 'state'; readonly snapshot: FeedSnapshot }
  /** The topic is closed and everything before was read. */
  | { readonly kind: 'closed' };

export interface ReaderOptions {
  readonly recipeKey: string;
  readonly delivery: Delivery;
  /**
   * Begin behind this frame, as far as the history reaches; -1 is before the first. If absent, begin with the next
   * analysis.
   */
  readonly resumeAfterSequence?: number;
}

/** A place in a feed's history. Reading is pulling: a reader that does not read costs nothing and holds nothing up. */
export interface TopicReader {
  /** The next item, if there is one. */
  poll(): ReaderItem | undefined;
  /** Calls `listener` when something new may be there. Returns the function that stops it. */
  onItem(listener: () => void): () => void;
  /** From now on this recipe's products. */
  setRecipe(recipeKey: string): void;
  /** Analyses passed over under `latest` because newer ones were there, since the beginning. */
  readonly skipped: number;
  /** Whether the topic is closed: nothing will follow what is there. */
  readonly topicClosed: boolean;
  /** Frames behind the last one given out or told of, both ends included; undefined when there are none. */
  unread(): Pick<GapItem, 'fromSequence' | 'toSequence'> | undefined;
  close(): void;
}
