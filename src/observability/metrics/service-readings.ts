import type { FeedSnapshot } from '../../domain/feed.js';

/** What the subscriptions of a service did since it was started. */
export interface SubscriptionReadings {
  /** Open now, by feed; feeds that nobody follows are left out. */
  readonly openByFeed: ReadonlyMap<string, number>;
  /** Subscriptions that ever began. */
  readonly begun: number;
  /** Analyses that were written to a client. */
  readonly delivered: number;
  /** Analyses that were there and not sent: the client was slow, asked for fewer, or wants none so old. */
  readonly skipped: Readonly<Record<'slow_reader' | 'rate_limited' | 'stale', number>>;
  /** What subscribers said about frames: taken from authors, written to others, lost to others that read slowly. */
  readonly annotations: Readonly<Record<'accepted' | 'delivered' | 'missed', number>>;
  /** Frames told as missing to readers who want every one. */
  readonly gapFrames: Readonly<Record<'history_exceeded' | 'not_computed' | 'paused', number>>;
}

/** What a scrape reads: the counters that the parts of the service keep anyway. */
export interface ServiceReadings {
  readonly feeds: readonly FeedSnapshot[];
  readonly subscriptions: SubscriptionReadings;
  /** Models that are loaded and have run. */
  readonly models: readonly { readonly name: string; readonly version: string; readonly provider: string }[];
  /** Runs of a model by their number of frames. */
  readonly batchSizes: ReadonlyMap<number, number>;
  /** Small pictures that subscribers asked for: made, left out where encoding did not keep up, or failed. */
  readonly previews: Readonly<Record<'encoded' | 'skipped' | 'failed', number>>;
  readonly workers: number;
  readonly workersRunning: number;
  readonly workerRestarts: number;
  readonly ffmpegProcesses: number;
  /** Whether `/readyz` says so. */
  readonly isReady: boolean;
}
