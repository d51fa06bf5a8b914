import type { FrameGate } from '../../domain/frame-gate.js';

/** A gate that is closed while it is held, and else as the gate behind it. */
export class HeldGate implements FrameGate {
  private readonly listeners = new Set<() => void>();
  private held = false;

  constructor(private readonly behind: FrameGate) {
    behind.onOpen(() => {
      if (!this.held) this.announce();
    });
  }

  isOpen(): boolean {
    return !this.held && this.behind.isOpen();
  }

  onOpen(listener: () => void): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  hold(): void {
    this.held = true;
  }

  release(): void {
    if (!this.held) return;
    this.held = false;
    if (this.behind.isOpen()) this.announce();
  }

  private announce(): void {
    for (const listener of [...this.listeners]) listener();
  }
}
