import type { FeedSnapshot } from '../domain/feed.js';
import type { AnalyzedFrame } from '../domain/frame-analysis.js';

export type TopicEvent =
  | { readonly kind: 'analysis'; readonly frame: AnalyzedFrame }
  | { readonly kind: 'state'; readonly snapshot: FeedSnapshot };

export interface HistoryLimits {
  /** Most events kept. */
  readonly events: number;
  /** Most bytes of results kept: full-size heatmaps are large. One event is always kept. */
  readonly bytes: number;
}

/** The newest events of a feed, numbered without a gap. What is beyond the limits falls out at the old end. */
export class HistoryRing {
  private readonly slots: ({ readonly event: TopicEvent; readonly bytes: number } | undefined)[];
  /** Number of the oldest event kept, and of the next to come. */
  private oldest = 0;
  private next = 0;
  private bytes = 0;

  constructor(private readonly limits: HistoryLimits) {
    this.slots = new Array<undefined>(limits.events).fill(undefined);
  }

  get start(): number {
    return this.oldest;
  }

  get end(): number {
    return this.next;
  }

  /** Bytes of results held now. */
  get heldBytes(): number {
    return this.bytes;
  }

  push(event: TopicEvent): void {
    const bytes = event.kind === 'analysis' ? sizeOf(event.frame) : 0;
    while (
      this.next - this.oldest >= this.limits.events ||
      (this.next > this.oldest && this.bytes + bytes > this.limits.bytes)
    ) {
      this.evict();
    }
    this.slots[this.next % this.limits.events] = { event, bytes };
    this.next++;
    this.bytes += bytes;
  }

  /** The event of a number between `start` and `end`, `end` excluded. */
  at(position: number): TopicEvent {
    return this.slots[position % this.limits.events]!.event;
  }

  private evict(): void {
    const slot = this.oldest % this.limits.events;
    this.bytes -= this.slots[slot]!.bytes;
    this.slots[slot] = undefined;
    this.oldest++;
  }
}

function sizeOf({ facts, products }: AnalyzedFrame): number {
  let bytes = facts.logits.byteLength + facts.probabilities.byteLength;
  for (const { detections, heatmaps, features } of products.values()) {
    for (const { outline } of detections) bytes += 64 + (outline?.byteLength ?? 0);
    for (const { data } of heatmaps) bytes += data.byteLength;
    for (const { values } of features) bytes += values.byteLength;
  }
  return bytes;
}
