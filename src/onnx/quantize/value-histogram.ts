import type { ValueRange } from './affine.js';

/** Eight bins a code of 8 bits, as TensorRT takes (Migacz 2017). */
const BINS = 2048;

/** How often a tensor took which values, in bins of equal width over a range that was measured before. */
export class ValueHistogram {
  readonly counts = new Float64Array(BINS);
  readonly binWidth: number;
  #total = 0;

  constructor(readonly range: ValueRange) {
    this.binWidth = (range.high - range.low) / BINS;
  }

  /** How many values were added. */
  get total(): number {
    return this.#total;
  }

  /** Values outside of the range count as its ends. */
  add(values: Float32Array): void {
    const { counts } = this;
    const { low, high } = this.range;
    this.#total += values.length;
    if (!(high > low)) {
      counts[0]! += values.length;
      return;
    }
    const binsPerUnit = BINS / (high - low);
    for (const value of values) {
      const bin = (value - low) * binsPerUnit;
      counts[bin < 0 ? 0 : bin >= BINS ? BINS - 1 : bin | 0]!++;
    }
  }

  /** The value in the middle of a bin. */
  centre(bin: number): number {
    return this.range.low + (bin + 0.5) * this.binWidth;
  }
}
