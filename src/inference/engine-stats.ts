import type { PreviewCounts } from './preview-encoder.js';

/** Counters since the engine was started. */
export interface EngineStats {
  readonly batches: number;
  readonly frames: number;
  readonly failedFrames: number;
  /** Batches by their number of frames. */
  readonly batchSizes: ReadonlyMap<number, number>;
  /** How often each graph output was fetched, once a batch. */
  readonly outputsFetched: ReadonlyMap<string, number>;
  readonly previews: PreviewCounts;
  /** Places of workers, and those with a thread that can be given work. */
  readonly workers: number;
  readonly workersRunning: number;
  /** Threads that were given up inside a run and are still in it. */
  readonly workersHung: number;
  readonly workerRestarts: number;
}

/** Counts what the dispatcher does. */
export class BatchCounters {
  readonly batchSizes = new Map<number, number>();
  readonly outputsFetched = new Map<string, number>();
  batches = 0;
  frames = 0;
  failedFrames = 0;

  countBatch(size: number, outputs: readonly string[]): void {
    this.batches++;
    this.frames += size;
    increment(this.batchSizes, size);
    for (const name of outputs) increment(this.outputsFetched, name);
  }
}

function increment<K>(counts: Map<K, number>, key: K): void {
  counts.set(key, (counts.get(key) ?? 0) + 1);
}
