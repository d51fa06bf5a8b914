import { affineCode, type ValueRange } from './affine.js';
import type { ValueHistogram } from './value-histogram.js';

// Taken once: looking up globals costs more than the arithmetic where modules run in a context of their own (jest).
const { round } = Math;

/** Shares of the whole range that are tried, in hundredths. */
const SMALLEST_SHARE = 10;

/**
 * The share of the whole range with the least mean square error of its 8-bit codes: rounding grows with the range,
 * cutting off with what lies outside of it (Nagel et al. 2021, A White Paper on Neural Network Quantization, 3.1).
 */
export function meanSquareRange(histogram: ValueHistogram): ValueRange {
  const { low, high } = histogram.range;
  let best = { range: histogram.range, error: Infinity };
  for (let share = 100; share >= SMALLEST_SHARE; share--) {
    const range = { low: (low * share) / 100, high: (high * share) / 100 };
    // A range far from zero is widened to it by its code, so only that end is cut off which is not zero's.
    if (low > 0) range.low = low;
    if (high < 0) range.high = high;
    const error = squareError(histogram, range);
    if (error < best.error) best = { range, error };
  }
  return best.range;
}

function squareError(histogram: ValueHistogram, range: ValueRange): number {
  const { scale, zeroPoint } = affineCode(range);
  let error = 0;
  histogram.counts.forEach((count, bin) => {
    if (count === 0) return;
    const value = histogram.centre(bin);
    const step = round(value / scale) + zeroPoint;
    const code = step < 0 ? 0 : step > 255 ? 255 : step;
    error += count * (scale * (code - zeroPoint) - value) ** 2;
  });
  return error / histogram.total;
}
