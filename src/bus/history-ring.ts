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

interface Slot {
  readonly event: TopicEvent;
  readonly bytes: number;
}

/** The newest events of a feed, numbered without a gap. What is beyond the limits falls out at the old end. */
export class HistoryRing {
  private readonly slots: (Slot | undefined)[];
  private oldest = 0;
  private next = 0;
  private bytes = 0;
  private newest = -1;
  private evictedUpTo = -1;
  private evictions = 0;
  private state: { readonly position: number; readonly snapshot: FeedSnapshot } | undefined;

  constructor(private readonly limits: HistoryLimits) {
    this.slots = new Array<undefined>(limits.events).fill(undefined);
  }

  /** Number of the oldest event kept. */
  get start(): number {
    return this.oldest;
  }

  /** Number of the event to come. */
  get end(): number {
    return this.next;
  }

  /** Bytes of results held now. */
  get heldBytes(): number {
    return this.bytes;
  }

  /** Sequence of the newest frame that was ever pushed; -1 before the first. */
  get newestSequence(): number {
    return this.newest;
  }

  /** Sequence of the newest frame that fell out; -1 when none did. */
  get evictedSequence(): number {
    return this.evictedUpTo;
  }

  /** How many analyses fell out. */
  get evictedAnalyses(): number {
    return this.evictions;
  }

  /** The newest state and its number, even when it fell out. */
  get newestState(): { readonly position: number; readonly snapshot: FeedSnapshot } | undefined {
    return this.state;
  }

  push(event: TopicEvent): void {
    const bytes = event.kind === 'analysis' ? sizeOf(event.frame) : 0;
    while (
      this.next - this.oldest >= this.limits.events ||
      (this.next > this.oldest && this.bytes + bytes > this.limits.bytes)
    ) {
      this.evict();
    }
    if (event.kind === 'analysis') this.newest = event.frame.facts.sequence;
    else this.state = { position: this.next, snapshot: event.snapshot };
    this.slots[this.next % this.limits.events] = { event, bytes };
    this.next++;
    this.bytes += bytes;
  }

  /** The event of a number between `start` and `end`, `end` excluded. */
  at(position: number): TopicEvent {
    return this.slots[position % this.limits.events]!.event;
  }

  /** Number of the first analysis behind a sequence, as far as it is still held; `end` when there is none. */
  firstAfter(sequence: number): number {
    for (let position = this.oldest; position < this.next; position++) {
      const event = this.at(position);
      if (event.kind === 'analysis' && event.frame.facts.sequence > sequence) return position;
    }
    return this.next;
  }

  private evict(): void {
    const slot = this.oldest % this.limits.events;
    const { event, bytes } = this.slots[slot]!;
    this.bytes -= bytes;
    if (event.kind === 'analysis') {
      this.evictedUpTo = event.frame.facts.sequence;
      this.evictions++;
    }
    this.slots[slot] = undefined;
    this.oldest++;
  }
}

function sizeOf({ facts, products }: AnalyzedFrame): number {
  let bytes = facts.logits.byteLength + facts.probabilities.byteLength;
  for (const { detections, heatmaps, features, preview } of products.values()) {
    for (const { outline } of detections) bytes += 64 + (outline?.byteLength ?? 0);
    for (const { data } of heatmaps) bytes += data.byteLength;
    for (const { values } of features) bytes += values.byteLength;
    bytes += preview?.jpeg.byteLength ?? 0;
  }
  return bytes;
}
