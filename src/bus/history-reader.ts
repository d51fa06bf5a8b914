import type { AnalyzedFrame, FrameAnalysis } from '../domain/frame-analysis.js';
import type { FeedSnapshot } from '../domain/feed.js';
import type { HistoryRing } from './history-ring.js';
import type { ReaderItem, ReaderOptions, TopicReader } from './topic-reader.js';

/** What a reader needs of its topic. */
export interface ReadableTopic {
  readonly history: HistoryRing;
  readonly isClosed: boolean;
  readonly latestState: FeedSnapshot | undefined;
  onChange(listener: () => void): () => void;
}

/** A reader as a cursor into the history. */
export class HistoryReader implements TopicReader {
  skipped = 0;
  /** Number of the next event to look at. */
  private position: number;
  /** The last frame that was given out or accounted for; unset until the first. */
  private lastSequence: number | undefined;
  private recipeKey: string;
  private stateMissed = false;
  /** Whether analyses fell out of the history before they were read, and it was not yet said. */
  private exceeded = false;
  private readonly stops: (() => void)[] = [];

  constructor(
    private readonly topic: ReadableTopic,
    private readonly options: ReaderOptions,
  ) {
    this.recipeKey = options.recipeKey;
    this.position = topic.history.end;
    if (options.resumeAfterSequence !== undefined) {
      this.lastSequence = options.resumeAfterSequence;
      this.position = this.positionAfter(options.resumeAfterSequence);
    }
  }

  onItem(listener: () => void): () => void {
    const stop = this.topic.onChange(listener);
    this.stops.push(stop);
    return stop;
  }

  setRecipe(recipeKey: string): void {
    this.recipeKey = recipeKey;
  }

  close(): void {
    for (const stop of this.stops.splice(0)) stop();
  }

  poll(): ReaderItem | undefined {
    const { history, isClosed, latestState } = this.topic;
    if (this.position < history.start) this.fallOut();
    if (this.stateMissed && latestState !== undefined) {
      this.stateMissed = false;
      return { kind: 'state', snapshot: latestState };
    }
    const newest = this.options.delivery === 'latest' ? this.newestAnalysis() : undefined;
    while (this.position < history.end) {
      const event = history.at(this.position);
      if (event.kind === 'state') {
        this.position++;
        return { kind: 'state', snapshot: event.snapshot };
      }
      if (newest !== undefined && this.position < newest) {
        this.passOver(event.frame);
        continue;
      }
      const item = this.take(event.frame);
      if (item !== undefined) return item;
    }
    return isClosed ? { kind: 'closed' } : undefined;
  }

  /** The next frame's analysis, or the gap before it; undefined when it is to be passed over. */
  private take(frame: AnalyzedFrame): ReaderItem | undefined {
    const analysis = this.viewOf(frame);
    const { sequence } = frame.facts;
    if (analysis !== undefined) {
      const gap = this.gapBefore(sequence);
      if (gap !== undefined) return gap;
      this.position++;
      this.lastSequence = sequence;
      return { kind: 'analysis', analysis };
    }
    this.position++;
    // Frames that were on their way when the subscription began are no loss: it began with the next one.
    if (this.options.delivery === 'latest' || this.lastSequence === undefined) return undefined;
    return this.gapOf(sequence, sequence, 'not_computed');
  }

  private gapBefore(sequence: number): ReaderItem | undefined {
    const from = (this.lastSequence ?? sequence - 1) + 1;
    const lost = this.exceeded && from < sequence;
    this.exceeded = false;
    return lost ? this.gapOf(from, sequence - 1, 'history_exceeded') : undefined;
  }

  private gapOf(from: number, to: number, reason: 'history_exceeded' | 'not_computed'): ReaderItem {
    this.lastSequence = to;
    return { kind: 'gap', fromSequence: from, toSequence: to, reason };
  }

  private passOver(frame: AnalyzedFrame): void {
    this.position++;
    if (this.viewOf(frame) !== undefined) this.skipped++;
  }

  private fallOut(): void {
    const { history } = this.topic;
    if (this.options.delivery === 'latest') this.skipped += history.start - this.position;
    else this.exceeded = true;
    this.position = history.start;
    this.stateMissed = true;
  }

  /** Position of the newest analysis that has this reader's product. */
  private newestAnalysis(): number | undefined {
    const { history } = this.topic;
    for (let position = history.end - 1; position >= this.position; position--) {
      const event = history.at(position);
      if (event.kind === 'analysis' && this.viewOf(event.frame) !== undefined) return position;
    }
    return undefined;
  }

  private viewOf({ facts, products }: AnalyzedFrame): FrameAnalysis | undefined {
    const product = products.get(this.recipeKey);
    return product === undefined ? undefined : { facts, product };
  }

  /** Position of the first analysis behind a sequence. What the history no longer holds will be a gap. */
  private positionAfter(sequence: number): number {
    const { history } = this.topic;
    // Whether something may have fallen out between the frame and what is left.
    let unsure = history.start > 0;
    for (let position = history.start; position < history.end; position++) {
      const event = history.at(position);
      if (event.kind === 'state') continue;
      if (event.frame.facts.sequence <= sequence) {
        unsure = false;
        continue;
      }
      this.exceeded = unsure;
      return position;
    }
    return history.end;
  }
}
