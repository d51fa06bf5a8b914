import { waitUntilMs } from './batch-wait.js';
import { ServiceTimes } from './service-times.js';

/** Something that waits for its batch, since `queuedAtMs` of the main thread's `performance.now()`. */
export interface Waiting {
  readonly queuedAtMs: number;
}

/** One feed's place at a batcher: a queue of its own, so that no feed can crowd out another. */
export interface BatchLane<T extends Waiting> {
  /** How many wait. */
  readonly length: number;
  peek(): T | undefined;
  shift(): T | undefined;
  /** Whether an empty queue may soon have something; false where nothing will come before a result is out. */
  mayContribute(): boolean;
}

export interface BatcherOptions {
  /** Most items in a batch. */
  readonly maxBatch: number;
  /** How long the first of a batch may wait for other lanes, milliseconds; see waitUntilMs. */
  readonly maxWaitMs: number;
  /** See WaitLimits. If absent, 0. */
  readonly latencyTargetMs?: number;
}

/**
 * Puts batches together from the queues of all lanes, one item a lane in turn, beginning behind the lane that was
 * served last. It only decides; whoever has a free worker asks it and keeps the time.
 */
export class Batcher<T extends Waiting> {
  /** Of this batcher's batches. */
  readonly times = new ServiceTimes();
  readonly #lanes: BatchLane<T>[] = [];
  #next = 0;

  constructor(private readonly options: BatcherOptions) {}

  add(lane: BatchLane<T>): void {
    this.#lanes.push(lane);
  }

  remove(lane: BatchLane<T>): void {
    const place = this.#lanes.indexOf(lane);
    if (place < 0) return;
    this.#lanes.splice(place, 1);
    if (place < this.#next) this.#next--;
    if (this.#next === this.#lanes.length) this.#next = 0;
  }

  /**
   * When a batch should leave, given a free worker: undefined while nothing waits; -Infinity when waiting longer
   * could bring no other lane's item, or none would fit; else the time on the main thread's monotonic clock.
   */
  dueAtMs(): number | undefined {
    const heads = this.#lanes.flatMap((lane) => lane.peek() ?? []);
    if (heads.length === 0) return undefined;
    const waiting = this.#lanes.reduce((sum, { length }) => sum + length, 0);
    const isFull = waiting >= this.options.maxBatch;
    if (isFull || !this.#lanes.some((lane) => lane.length === 0 && lane.mayContribute())) return -Infinity;
    const { maxWaitMs, latencyTargetMs = 0 } = this.options;
    const queuedAtMs = heads.map((head) => head.queuedAtMs);
    const [oldestMs, newestMs] = [Math.min(...queuedAtMs), Math.max(...queuedAtMs)];
    return waitUntilMs({ waiting, oldestMs, newestMs }, { maxWaitMs, latencyTargetMs }, this.times);
  }

  /** Takes the next batch; empty when nothing waits. */
  take(): T[] {
    const batch: T[] = [];
    let emptyInARow = 0;
    while (batch.length < this.options.maxBatch && emptyInARow < this.#lanes.length) {
      const item = this.#lanes[this.#next]!.shift();
      this.#next = (this.#next + 1) % this.#lanes.length;
      if (item === undefined) {
        emptyInARow++;
      } else {
        emptyInARow = 0;
        batch.push(item);
      }
    }
    return batch;
  }
}
