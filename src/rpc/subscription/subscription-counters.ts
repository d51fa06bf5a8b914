import type { GapReason } from '../../bus/topic-reader.js';

export type SkipReason = 'slow_reader' | 'rate_limited' | 'stale';

/** What all subscriptions of a server did since it was started. */
export class SubscriptionCounters {
  readonly openByFeed = new Map<string, number>();
  readonly skipped: Record<SkipReason, number> = { slow_reader: 0, rate_limited: 0, stale: 0 };
  readonly gapFrames: Record<GapReason, number> = { history_exceeded: 0, not_computed: 0, paused: 0 };
  /** Annotations taken from authors, written to the others, and lost to others that read slowly. */
  readonly annotations = { accepted: 0, delivered: 0, missed: 0 };
  begun = 0;
  delivered = 0;

  /** A subscription of a feed begins; the function returned is to be called once, when it ends. */
  open(feedId: string): () => void {
    this.begun++;
    this.change(feedId, 1);
    return () => this.change(feedId, -1);
  }

  countSkipped(reason: SkipReason, count = 1): void {
    this.skipped[reason] += count;
  }

  countMissedAnnotations(count: number): void {
    this.annotations.missed += count;
  }

  countGap(reason: GapReason, frames: number): void {
    this.gapFrames[reason] += frames;
  }

  private change(feedId: string, by: number): void {
    const count = (this.openByFeed.get(feedId) ?? 0) + by;
    if (count === 0) this.openByFeed.delete(feedId);
    else this.openByFeed.set(feedId, count);
  }
}
