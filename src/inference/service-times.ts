/** Weight of a new measurement: an average over the last ten or so. */
const WEIGHT = 0.2;

/** How long a worker is busy with a batch, by the batch's size, as measured. */
export class ServiceTimes {
  readonly #byBatch = new Map<number, number>();

  observe(batch: number, ms: number): void {
    const known = this.#byBatch.get(batch);
    this.#byBatch.set(batch, known === undefined ? ms : known + WEIGHT * (ms - known));
  }

  /**
   * Milliseconds for a batch of this size; undefined before anything was measured. Between two measured sizes on the
   * line through them, below all as the least of them, beyond all in proportion to the greatest: nothing is promised
   * of a size that was never seen.
   */
  predict(batch: number): number | undefined {
    const known = this.#byBatch.get(batch);
    if (known !== undefined) return known;
    const sizes = [...this.#byBatch.keys()].sort((a, b) => a - b);
    const below = sizes.findLast((size) => size < batch);
    const above = sizes.find((size) => size > batch);
    const ms = (size: number): number => this.#byBatch.get(size)!;
    if (below === undefined) return above === undefined ? undefined : ms(above);
    if (above === undefined) return (ms(below) * batch) / below;
    return ms(below) + ((ms(above) - ms(below)) * (batch - below)) / (above - below);
  }
}
