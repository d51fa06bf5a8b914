import type { FrameGate } from '../domain/frame-gate.js';

/**
 * A gate of `capacity` credits: open while one is left. Whoever takes an item in takes a credit and gives it back
 * when the item has left, so that the source stops when `capacity` items are on their way. The gate does not
 * refuse: an item that was already being read when the last credit went may still be taken in.
 */
export class CreditGate implements FrameGate {
  readonly #listeners = new Set<() => void>();
  #taken = 0;

  constructor(readonly capacity: number) {
    if (!Number.isInteger(capacity) || capacity < 1) {
      throw new RangeError(`a gate needs a whole number of credits from 1 on, not ${capacity}`);
    }
  }

  /** Credits in use; above `capacity` by what was already being read when the gate closed. */
  get taken(): number {
    return this.#taken;
  }

  isOpen(): boolean {
    return this.#taken < this.capacity;
  }

  onOpen(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  take(): void {
    this.#taken++;
  }

  give(): void {
    if (this.#taken === 0) throw new RangeError('a credit was given back that nobody had taken');
    this.#taken--;
    if (this.#taken === this.capacity - 1) for (const listener of [...this.#listeners]) listener();
  }
}
