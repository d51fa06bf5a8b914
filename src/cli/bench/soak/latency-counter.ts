/** Milliseconds of one place, and how many there are: 10 s, behind which everything is counted as that. */
const RESOLUTION_MS = 0.5;
const PLACES = 20_000;

/** Counts latencies in fixed memory, however long a soak lasts; percentiles are right to half a millisecond. */
export class LatencyCounter {
  private readonly counts = new Float64Array(PLACES);
  private total = 0;
  private worst = 0;

  add(milliseconds: number): void {
    const place = Math.min(PLACES - 1, Math.max(0, Math.floor(milliseconds / RESOLUTION_MS)));
    this.counts[place]!++;
    this.total++;
    this.worst = Math.max(this.worst, milliseconds);
  }

  get count(): number {
    return this.total;
  }

  get max(): number {
    return this.worst;
  }

  /** The least latency that so large a share of them does not exceed, milliseconds; 0 when there are none. */
  percentile(share: number): number {
    const wanted = Math.ceil(share * this.total);
    let seen = 0;
    for (let place = 0; place < PLACES && wanted > 0; place++) {
      seen += this.counts[place]!;
      if (seen >= wanted) return Math.min((place + 1) * RESOLUTION_MS, this.worst);
    }
    return 0;
  }
}
