import { SurgicamError } from '../../domain/errors.js';
import type { ValueRange } from './affine.js';
import { entropyRange } from './entropy-range.js';
import { meanSquareRange } from './mean-square-range.js';
import { percentileRange } from './percentile-range.js';
import type { ValueHistogram } from './value-histogram.js';

/** How the range of 8-bit codes is taken from the values that a tensor took. */
export type RangeMethod =
  /** All of it: nothing is cut off, and one outlier makes all steps coarse. */
  | { readonly kind: 'min-max' }
  /** The range that holds `percent` of the values; above 50, up to 100. */
  | { readonly kind: 'percentile'; readonly percent: number }
  /** The least Kullback-Leibler divergence between values and codes (Migacz 2017). */
  | { readonly kind: 'entropy' }
  /** The least mean square error of the coded values. */
  | { readonly kind: 'mse' };

export type RangeMethodKind = RangeMethod['kind'];

/** Every method, with the percentages that are in use. */
export const RANGE_METHODS: readonly RangeMethod[] = [
  { kind: 'min-max' },
  { kind: 'percentile', percent: 99.999 },
  { kind: 'percentile', percent: 99.99 },
  { kind: 'percentile', percent: 99.9 },
  { kind: 'entropy' },
  { kind: 'mse' },
];

export const RANGE_METHOD_KINDS = ['min-max', 'percentile', 'entropy', 'mse'] as const;

/** For a person: `percentile 99.99`. */
export function methodLabel(method: RangeMethod): string {
  return method.kind === 'percentile' ? `percentile ${method.percent}` : method.kind;
}

/** The range by one method. Error: internal for a histogram without values. */
export function rangeBy(method: RangeMethod, histogram: ValueHistogram): ValueRange {
  if (histogram.total === 0) throw new SurgicamError('internal', 'no value was measured');
  if (!(histogram.binWidth > 0)) return histogram.range;
  switch (method.kind) {
    case 'min-max':
      return histogram.range;
    case 'percentile':
      return percentileRange(histogram, method.percent);
    case 'entropy':
      return entropyRange(histogram);
    case 'mse':
      return meanSquareRange(histogram);
  }
}
