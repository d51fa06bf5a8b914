/** Lets through so many frames per second while nobody follows a feed. */
export class IdleGate {
  private lastMs = -Infinity;

  /** `ratePerSecond` 0 lets nothing through. */
  constructor(private readonly ratePerSecond: number) {}

  admit(nowMs: number): boolean {
    if (this.ratePerSecond === 0 || nowMs - this.lastMs < 1000 / this.ratePerSecond) return false;
    this.lastMs = nowMs;
    return true;
  }
}
