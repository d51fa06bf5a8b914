import type { ServiceTimes } from './service-times.js';

/** A batch that is coming together; times are of one monotonic clock, milliseconds. */
export interface FormingBatch {
  /** How many wait, fewer than fit. */
  readonly waiting: number;
  /** When the first of them came, and the last. */
  readonly oldestMs: number;
  readonly newestMs: number;
}

export interface WaitLimits {
  /** How long the first may wait where no target is given, and until run times are known. */
  readonly maxWaitMs: number;
  /** From the first's coming to the end of its run; 0: none. */
  readonly latencyTargetMs: number;
}

/**
 * Until when a batch waits for one more frame, given a free worker. Undefined run times: as long as `maxWaitMs` allows.
 * With them, waiting must pay: a frame that comes in time costs run(n + 1) - run(n) instead of run(1), and the worker
 * idles for no longer than that saves. When no frame comes, no more is lost than a late one would have won, so the
 * whole is at most twice what a prophet would need (the rule for renting or buying skis). A latency target is kept
 * by leaving while a run of one more would still end in time; it shortens waits and never makes batches smaller.
 */
export function waitUntilMs(
  { waiting, oldestMs, newestMs }: FormingBatch,
  { maxWaitMs, latencyTargetMs }: WaitLimits,
  times: Pick<ServiceTimes, 'predict'>,
): number {
  const [one, now, more] = [1, waiting, waiting + 1].map((size) => times.predict(size));
  if (one === undefined || now === undefined || more === undefined) return oldestMs + maxWaitMs;
  const savedMs = now + one - more;
  const latest = latencyTargetMs > 0 ? oldestMs + latencyTargetMs - more : oldestMs + maxWaitMs;
  return Math.min(newestMs + savedMs, latest);
}
