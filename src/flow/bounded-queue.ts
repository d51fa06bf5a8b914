/**
 * What a full queue does with one more item. `drop-oldest`: the oldest leaves, and `onDrop` hears of it.
 * `push-back`: the producer has been told to stop (see CreditGate), and one that goes on is at fault.
 */
export type OverflowPolicy = 'drop-oldest' | 'push-back';

export interface BoundedQueueOptions<T> {
  /** Most items held, at least 1. */
  readonly capacity: number;
  readonly policy: OverflowPolicy;
  /** Hears of every item that drop-oldest threw out. */
  readonly onDrop?: (item: T) => void;
}

/** First in, first out, never longer than its capacity. */
export class BoundedQueue<T> {
  readonly #items: T[] = [];

  constructor(private readonly options: BoundedQueueOptions<T>) {}

  get length(): number {
    return this.#items.length;
  }

  get isFull(): boolean {
    return this.#items.length >= this.options.capacity;
  }

  /** The item that `shift` would take. */
  peek(): T | undefined {
    return this.#items[0];
  }

  /** Error: RangeError when a push-back queue is full. */
  push(item: T): void {
    const { capacity, policy, onDrop } = this.options;
    if (!this.isFull) {
      this.#items.push(item);
      return;
    }
    if (policy === 'push-back') {
      throw new RangeError(`the queue's ${capacity} places are taken and its producer did not stop`);
    }
    const oldest = this.#items.shift()!;
    this.#items.push(item);
    onDrop?.(oldest);
  }

  shift(): T | undefined {
    return this.#items.shift();
  }

  /** Takes everything out. */
  clear(): T[] {
    return this.#items.splice(0);
  }
}
