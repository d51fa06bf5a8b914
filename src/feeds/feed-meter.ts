import type { FeedCounters } from '../domain/feed.js';
import type { DropCounts, DropReason, FrameFacts } from '../domain/frame-analysis.js';

/** Rates are averages over this many seconds. */
const RATE_SECONDS = 4;
/** Latency percentiles are over this many analyses. */
const LATENCIES = 512;

/** Events per second over the last seconds, in as many counters. */
class RateMeter {
  private readonly buckets = new Array<number>(RATE_SECONDS + 1).fill(0);
  private second = 0;
  private firstSecond: number | undefined;

  count(nowMs: number): void {
    this.advance(nowMs);
    this.firstSecond ??= this.second;
    this.buckets[this.second % this.buckets.length]!++;
  }

  rate(nowMs: number): number {
    this.advance(nowMs);
    if (this.firstSecond === undefined) return 0;
    // The running second is left out: it is not over.
    const seconds = Math.min(RATE_SECONDS, this.second - this.firstSecond);
    if (seconds === 0) return this.buckets[this.second % this.buckets.length]!;
    const total =
      this.buckets.reduce((sum, n) => sum + n, 0) - this.buckets[this.second % this.buckets.length]!;
    return total / seconds;
  }

  private advance(nowMs: number): void {
    const second = Math.floor(nowMs / 1000);
    const missed = Math.min(second - this.second, this.buckets.length);
    for (let i = 0; i < missed; i++) this.buckets[(second - i) % this.buckets.length] = 0;
    this.second = second;
  }
}

/** Counters, rates and latencies of one feed. Times are `performance.now()` milliseconds. */
export class FeedMeter {
  private decoded = 0;
  private analyzed = 0;
  private readonly input = new RateMeter();
  private readonly output = new RateMeter();
  private readonly latencies = new Float64Array(LATENCIES);
  private drops: DropCounts = {};
  private stalls = 0;
  private freezes = 0;
  private reconnects = 0;

  countDecoded(nowMs: number): void {
    this.decoded++;
    this.input.count(nowMs);
  }

  countAnalyzed(facts: FrameFacts): void {
    this.latencies[this.analyzed % LATENCIES] = facts.analyzedAtMonotonicMs - facts.capturedAtMonotonicMs;
    this.analyzed++;
    this.output.count(facts.analyzedAtMonotonicMs);
  }

  countDropped(reason: DropReason): void {
    this.drops = { ...this.drops, [reason]: (this.drops[reason] ?? 0) + 1 };
  }

  countStall(): void {
    this.stalls++;
  }

  countFreeze(): void {
    this.freezes++;
  }

  countReconnect(): void {
    this.reconnects++;
  }

  counters(nowMs: number): FeedCounters {
    const sorted = this.latencies.slice(0, Math.min(this.analyzed, LATENCIES)).sort();
    const percentile = (share: number): number => sorted[Math.ceil(share * sorted.length) - 1] ?? 0;
    return {
      framesDecoded: this.decoded,
      framesAnalyzed: this.analyzed,
      framesDropped: Object.values(this.drops).reduce((sum, count) => sum + count, 0),
      dropsByReason: this.drops,
      stalls: this.stalls,
      freezes: this.freezes,
      reconnects: this.reconnects,
      inputRate: this.input.rate(nowMs),
      analyzedRate: this.output.rate(nowMs),
      latencyP50Ms: percentile(0.5),
      latencyP95Ms: percentile(0.95),
      latencyP99Ms: percentile(0.99),
    };
  }
}
