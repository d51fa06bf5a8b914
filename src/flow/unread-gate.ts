import type { FrameGate } from '../domain/frame-gate.js';

/** A gate that is open while fewer than `capacity` published frames wait for one reader; by sequence numbers. */
export class UnreadGate implements FrameGate {
  readonly #listeners = new Set<() => void>();
  #published = -1;
  #read = -1;

  constructor(private readonly capacity: number) {}

  isOpen(): boolean {
    return this.#published - this.#read < this.capacity;
  }

  onOpen(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  published(sequence: number): void {
    this.#published = sequence;
  }

  /** Everything up to this frame was read, or passed over for good. */
  read(sequence: number): void {
    const wasOpen = this.isOpen();
    this.#read = Math.max(this.#read, sequence);
    if (!wasOpen && this.isOpen()) for (const listener of [...this.#listeners]) listener();
  }
}

/** Open while both gates are. */
export function bothOpen(first: FrameGate, second: FrameGate): FrameGate {
  const isOpen = (): boolean => first.isOpen() && second.isOpen();
  return {
    isOpen,
    onOpen: (listener) => {
      const tell = (): void => {
        if (isOpen()) listener();
      };
      const stops = [first.onOpen(tell), second.onOpen(tell)];
      return () => stops.forEach((stop) => stop());
    },
  };
}
