import { setTimeout as delay } from 'node:timers/promises';

/** Holds a producer to a number of bytes per second on average, a second's worth at once at most. */
export class ByteRate {
  private allowance: number;
  private lastMs = performance.now();

  constructor(private readonly bytesPerSecond: number) {
    this.allowance = bytesPerSecond;
  }

  /** Resolves when the bytes may pass. Rejects when the signal is aborted. */
  async spend(bytes: number, signal: AbortSignal): Promise<void> {
    const nowMs = performance.now();
    const earned = ((nowMs - this.lastMs) / 1000) * this.bytesPerSecond;
    this.allowance = Math.min(this.bytesPerSecond, this.allowance + earned) - bytes;
    this.lastMs = nowMs;
    if (this.allowance >= 0) return;
    await delay((-this.allowance / this.bytesPerSecond) * 1000, undefined, { signal });
  }
}
