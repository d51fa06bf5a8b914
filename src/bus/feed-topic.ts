import type { FeedSnapshot } from '../domain/feed.js';
import type { AnalyzedFrame } from '../domain/frame-analysis.js';
import { AnnotationBoard, type AnnotationReader } from './annotation-board.js';
import { HistoryReader, type ReadableTopic } from './history-reader.js';
import { HistoryRing, type HistoryLimits } from './history-ring.js';
import type { ReaderOptions, TopicReader } from './topic-reader.js';

/** One feed's publish and subscribe. Where several replicas serve, another implementation carries it between them. */
export interface FeedTopic {
  publish(frame: AnalyzedFrame): void;
  announce(snapshot: FeedSnapshot): void;
  openReader(options: ReaderOptions): TopicReader;
  /** A part in what subscribers say about the feed's frames; readers' `onItem` tells of news here too. */
  openAnnotations(): AnnotationReader;
  /** Nothing will follow. Readers read what is left, then `closed`. */
  close(): void;
}

export const DEFAULT_HISTORY: HistoryLimits = { events: 256, bytes: 256 * 2 ** 20 };

/** A topic inside this process: a bounded history that readers are cursors into. */
export class InProcessTopic implements FeedTopic, ReadableTopic {
  readonly history: HistoryRing;
  isClosed = false;
  private readonly board = new AnnotationBoard(() => this.wake());
  private readonly listeners = new Set<() => void>();

  constructor(limits: HistoryLimits = DEFAULT_HISTORY) {
    this.history = new HistoryRing(limits);
  }

  publish(frame: AnalyzedFrame): void {
    this.history.push({ kind: 'analysis', frame });
    this.wake();
  }

  announce(snapshot: FeedSnapshot): void {
    this.history.push({ kind: 'state', snapshot });
    this.wake();
  }

  openReader(options: ReaderOptions): TopicReader {
    return new HistoryReader(this, options);
  }

  openAnnotations(): AnnotationReader {
    return this.board.open();
  }

  close(): void {
    this.isClosed = true;
    this.wake();
  }

  onChange(listener: () => void): () => void {
    // A function of its own, so that a listener that was added twice is called twice and stops once.
    const entry = (): void => listener();
    this.listeners.add(entry);
    return () => this.listeners.delete(entry);
  }

  private wake(): void {
    for (const listener of [...this.listeners]) listener();
  }
}
