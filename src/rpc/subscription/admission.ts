import type { SkippedAnalyses } from '../gen/surgicam/v1/analysis_service.js';
import type { SubscriptionCounters } from './subscription-counters.js';

/** Decides which analyses of one subscription are sent, and counts those that are not. */
export class Admission {
  private nextDueMs = -Infinity;
  private rateLimited = 0;
  private stale = 0;
  private slowReader = 0;
  private slowReaderReported = 0;
  private annotations = 0;
  private annotationsReported = 0;

  /** `counters` hears of everything that is not sent. If absent, nobody does. */
  constructor(
    private readonly counters?: Pick<SubscriptionCounters, 'countSkipped' | 'countMissedAnnotations'>,
  ) {}

  /**
   * Whether to send an analysis. `nowMs` and `capturedAtMs` are `performance.now()` times of the same clock. A rate is
   * kept on average: a late analysis does not delay those after it, and a pause earns no burst.
   */
  admit(
    nowMs: number,
    capturedAtMs: number,
    limits: { readonly maxRate?: number; readonly stalenessBudgetMs?: number },
  ): boolean {
    if (limits.stalenessBudgetMs !== undefined && nowMs - capturedAtMs > limits.stalenessBudgetMs) {
      this.stale++;
      this.counters?.countSkipped('stale');
      return false;
    }
    if (limits.maxRate === undefined) return true;
    if (nowMs < this.nextDueMs) {
      this.rateLimited++;
      this.counters?.countSkipped('rate_limited');
      return false;
    }
    const intervalMs = 1000 / limits.maxRate;
    const lateMs = nowMs - this.nextDueMs;
    this.nextDueMs = (lateMs < intervalMs ? this.nextDueMs : nowMs) + intervalMs;
    return true;
  }

  /** Tells how many analyses the reader has skipped so far, in total. */
  readerSkipped(total: number): void {
    this.counters?.countSkipped('slow_reader', total - this.slowReader);
    this.slowReader = total;
  }

  /** Tells how many annotations were lost to the reader so far, in total. */
  annotationsMissed(total: number): void {
    this.counters?.countMissedAnnotations(total - this.annotations);
    this.annotations = total;
  }

  /** What was skipped since it was last taken; undefined when nothing was. */
  takeSkipped(): SkippedAnalyses | undefined {
    const slowReader = this.slowReader - this.slowReaderReported;
    const { rateLimited, stale } = this;
    const annotations = this.annotations - this.annotationsReported;
    if (slowReader === 0 && rateLimited === 0 && stale === 0 && annotations === 0) return undefined;
    this.slowReaderReported = this.slowReader;
    this.annotationsReported = this.annotations;
    this.rateLimited = 0;
    this.stale = 0;
    return {
      slowReader: BigInt(slowReader),
      rateLimited: BigInt(rateLimited),
      stale: BigInt(stale),
      annotations: BigInt(annotations),
    };
  }
}
