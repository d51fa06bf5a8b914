import type { ValueRange } from './affine.js';
import type { ValueHistogram } from './value-histogram.js';

/**
 * The range that holds `percent` of the values. Of a tensor that is never negative (behind Relu) the largest are cut
 * off; else as many at either end.
 */
export function percentileRange(histogram: ValueHistogram, percent: number): ValueRange {
  const { range, total } = histogram;
  const outside = total * (1 - percent / 100);
  const below = range.low >= 0 ? 0 : outside / 2;
  const low = below === 0 ? range.low : range.low + depth(histogram, below, false);
  const high = range.high - depth(histogram, outside - below, true);
  return high > low ? { low, high } : range;
}

/** How far from the lower or upper end one must go to leave `count` values behind; linear within a bin. */
function depth({ counts, binWidth }: ValueHistogram, count: number, fromTop: boolean): number {
  let left = count;
  for (let step = 0; step < counts.length; step++) {
    const inBin = counts[fromTop ? counts.length - 1 - step : step]!;
    if (inBin > left) return (step + left / inBin) * binWidth;
    left -= inBin;
  }
  return counts.length * binWidth;
}
