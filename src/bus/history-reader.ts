import type { AnalyzedFrame, FrameAnalysis } from '../domain/frame-analysis.js';
import type { HistoryRing, TopicEvent } from './history-ring.js';
import type { GapReason, ReaderItem, ReaderOptions, TopicReader } from './topic-reader.js';

/** What a reader needs of its topic. */
export interface ReadableTopic {
  readonly history: HistoryRing;
  readonly isClosed: boolean;
  onChange(listener: () => void): () => void;
}

/** A reader as a cursor into the history. */
export class HistoryReader implements TopicReader {
  skipped = 0;
  /** Number of the next event to look at. */
  private position: number;
  /** Every frame up to this one was given out, passed over or reported as a gap. */
  private lastSequence: number;
  /**
   * Whether the reader is entitled to every frame. Before its first one, frames without its product were on their
   * way when it began, and are no loss: it began with the next one.
   */
  private begun: boolean;
  /** Analyses before `position`, since the topic's beginning. */
  private analysesPassed: number;
  private stateMissed = false;
  private recipeKey: string;
  private readonly isLatest: boolean;
  private readonly stops: (() => void)[] = [];

  constructor(
    private readonly topic: ReadableTopic,
    { recipeKey, delivery, resumeAfterSequence }: ReaderOptions,
  ) {
    const { history } = topic;
    this.recipeKey = recipeKey;
    this.isLatest = delivery === 'latest';
    this.begun = resumeAfterSequence !== undefined;
    // A sequence from the future is of another life of the feed, and nothing may be held against it.
    this.lastSequence = Math.min(resumeAfterSequence ?? Infinity, history.newestSequence);
    this.position = history.firstAfter(this.lastSequence);
    this.analysesPassed = history.evictedAnalyses + analysesBetween(history, history.start, this.position);
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

  get topicClosed(): boolean {
    return this.topic.isClosed;
  }

  unread(): { readonly fromSequence: number; readonly toSequence: number } | undefined {
    const toSequence = this.topic.history.newestSequence;
    return toSequence > this.lastSequence ? { fromSequence: this.lastSequence + 1, toSequence } : undefined;
  }

  poll(): ReaderItem | undefined {
    const { history, isClosed } = this.topic;
    if (this.position < history.start) this.fallOut();
    if (this.stateMissed) {
      this.stateMissed = false;
      return { kind: 'state', snapshot: history.newestState!.snapshot };
    }
    if (!this.isLatest && history.evictedSequence > this.lastSequence) {
      return this.gapUpTo(history.evictedSequence, 'history_exceeded');
    }
    const item = this.isLatest ? this.pollLatest() : this.pollNext();
    return item ?? (isClosed ? { kind: 'closed' } : undefined);
  }

  /** The newest analysis, with the states that came before it. */
  private pollLatest(): ReaderItem | undefined {
    const { history } = this.topic;
    const newest = this.newestAnalysis();
    while (this.position < history.end) {
      const { position } = this;
      const event = history.at(position);
      if (event.kind === 'state') return this.takeState(event);
      const analysis = this.pass(event.frame);
      if (position === newest) return { kind: 'analysis', analysis: analysis! };
      if (analysis !== undefined) this.skipped++;
    }
    return undefined;
  }

  /** The next analysis or state, or the gap before it. */
  private pollNext(): ReaderItem | undefined {
    const { history } = this.topic;
    while (this.position < history.end) {
      const event = history.at(this.position);
      if (event.kind === 'state') return this.takeState(event);
      if (this.viewOf(event.frame) === undefined && this.begun) return this.uncomputedGap();
      const analysis = this.pass(event.frame);
      if (analysis === undefined) continue;
      this.begun = true;
      return { kind: 'analysis', analysis };
    }
    return undefined;
  }

  /** One gap for all the frames in a row that were analysed without this reader's recipe. */
  private uncomputedGap(): ReaderItem {
    const { history } = this.topic;
    const before = this.lastSequence;
    while (this.position < history.end) {
      const event = history.at(this.position);
      if (event.kind === 'state' || this.viewOf(event.frame) !== undefined) break;
      this.pass(event.frame);
    }
    const last = this.lastSequence;
    this.lastSequence = before;
    return this.gapUpTo(last, 'not_computed');
  }

  private gapUpTo(toSequence: number, reason: GapReason): ReaderItem {
    const fromSequence = this.lastSequence + 1;
    this.lastSequence = toSequence;
    this.begun = true;
    return { kind: 'gap', fromSequence, toSequence, reason };
  }

  private takeState({ snapshot }: Extract<TopicEvent, { kind: 'state' }>): ReaderItem {
    this.position++;
    return { kind: 'state', snapshot };
  }

  private pass(frame: AnalyzedFrame): FrameAnalysis | undefined {
    this.position++;
    this.analysesPassed++;
    this.lastSequence = frame.facts.sequence;
    return this.viewOf(frame);
  }

  private fallOut(): void {
    const { history } = this.topic;
    const statePosition = history.newestState?.position ?? -1;
    this.stateMissed ||= statePosition >= this.position && statePosition < history.start;
    if (this.isLatest) this.skipped += history.evictedAnalyses - this.analysesPassed;
    this.analysesPassed = history.evictedAnalyses;
    this.position = history.start;
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
}

function analysesBetween(history: HistoryRing, start: number, end: number): number {
  let count = 0;
  for (let position = start; position < end; position++) {
    if (history.at(position).kind === 'analysis') count++;
  }
  return count;
}
