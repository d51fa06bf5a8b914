/** Events per second over a sliding window, and percentiles of a value that comes with each. */
export class RateMeter {
  private readonly events: { readonly atMs: number; readonly value: number }[] = [];

  constructor(private readonly windowMs = 3_000) {}

  add(atMs: number, value: number): void {
    this.events.push({ atMs, value });
    const oldest = atMs - this.windowMs;
    const keepFrom = this.events.findIndex((event) => event.atMs >= oldest);
    this.events.splice(0, keepFrom);
  }

  /** Events per second; 0 before the second event. */
  get rate(): number {
    const first = this.events[0];
    const last = this.events.at(-1);
    if (first === undefined || last === undefined || last.atMs === first.atMs) return 0;
    return ((this.events.length - 1) * 1000) / (last.atMs - first.atMs);
  }

  /** The value that the share `p` (0 to 1) of the events does not exceed; 0 without events. */
  percentile(p: number): number {
    return percentile(
      this.events.map((event) => event.value),
      p,
    );
  }
}

/** Nearest-rank percentile; 0 of nothing. */
export function percentile(values: readonly number[], p: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.max(0, Math.ceil(p * sorted.length) - 1)] ?? 0;
}

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length / 2;
  if (sorted.length === 0) return 0;
  return Number.isInteger(middle) ? (sorted[middle - 1]! + sorted[middle]!) / 2 : sorted[Math.floor(middle)]!;
}
