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

interface Place<T extends Waiting> {
  readonly lane: BatchLane<T>;
  /** Virtual time up to which the lane has been served; one item is one unit. */
  servedUntil: number;
}

/**
 * Puts batches together from the queues of all lanes by start-time fair queueing (Goyal, Vin and Cheng 1996), every
 * item costing the same: each lane gets its turn, and one that asks for less than its share has its items taken as
 * they come, before those of a lane that takes all it can get. Lanes that are level go in turn, beginning behind the
 * one that was served last. It only decides; whoever has a free worker asks it and keeps the time.
 */
export class Batcher<T extends Waiting> {
  /** Of this batcher's batches. */
  readonly times = new ServiceTimes();
  readonly #places: Place<T>[] = [];
  /** Of the item that was taken last: lanes that were idle go on from here, without credit for the past. */
  #virtualTime = 0;
  #next = 0;

  constructor(private readonly options: BatcherOptions) {}

  add(lane: BatchLane<T>): void {
    this.#places.push({ lane, servedUntil: 0 });
  }

  remove(lane: BatchLane<T>): void {
    const place = this.#places.findIndex((one) => one.lane === lane);
    if (place < 0) return;
    this.#places.splice(place, 1);
    if (place < this.#next) this.#next--;
    if (this.#next === this.#places.length) this.#next = 0;
  }

  /**
   * When a batch should leave, given a free worker: undefined while nothing waits; -Infinity when waiting longer
   * could bring no other lane's item, or none would fit; else the time on the main thread's monotonic clock.
   */
  dueAtMs(): number | undefined {
    const heads = this.#places.flatMap(({ lane }) => lane.peek() ?? []);
    if (heads.length === 0) return undefined;
    const waiting = this.#places.reduce((sum, { lane }) => sum + lane.length, 0);
    const isFull = waiting >= this.options.maxBatch;
    if (isFull || !this.#places.some(({ lane }) => lane.length === 0 && lane.mayContribute()))
      return -Infinity;
    const { maxWaitMs, latencyTargetMs = 0 } = this.options;
    const queuedAtMs = heads.map((head) => head.queuedAtMs);
    const [oldestMs, newestMs] = [Math.min(...queuedAtMs), Math.max(...queuedAtMs)];
    return waitUntilMs({ waiting, oldestMs, newestMs }, { maxWaitMs, latencyTargetMs }, this.times);
  }

  /** Takes the next batch; empty when nothing waits. */
  take(): T[] {
    const batch: T[] = [];
    while (batch.length < this.options.maxBatch) {
      const item = this.#takeOne();
      if (item === undefined) break;
      batch.push(item);
    }
    return batch;
  }

  #takeOne(): T | undefined {
    let chosen: number | undefined;
    let earliest = Infinity;
    for (let i = 0; i < this.#places.length; i++) {
      const index = (this.#next + i) % this.#places.length;
      const { lane, servedUntil } = this.#places[index]!;
      const start = Math.max(this.#virtualTime, servedUntil);
      if (lane.length === 0 || start >= earliest) continue;
      chosen = index;
      earliest = start;
    }
    if (chosen === undefined) return undefined;
    const place = this.#places[chosen]!;
    place.servedUntil = earliest + 1;
    this.#virtualTime = earliest;
    this.#next = (chosen + 1) % this.#places.length;
    return place.lane.shift();
  }
}
