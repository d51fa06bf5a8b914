import type { PoolSize } from '../domain/analysis-recipe.js';

/** Every region feature has this many entries. */
export const FEATURE_LENGTH = 512;

/**
 * SL-FE, the single-pass feature of one class (Pang et al. 2022): the values of the feature map [C, cells] in the
 * cells where the class's heatmap exceeds T_roi, flattened channel by channel, adaptively averaged to P entries, each
 * repeated a * b times. Returns undefined for an empty mask: there is no feature then.
 */
export function singlePassFeature(
  featureMap: Float32Array,
  channels: number,
  heatmap: Float32Array,
  threshold: number,
  [pooled, rows, columns]: PoolSize,
): Float32Array | undefined {
  const cells = heatmap.length;
  const masked = maskedCells(heatmap, threshold);
  if (masked.length === 0) return undefined;
  const total = channels * masked.length;
  const repeat = rows * columns;
  const feature = new Float32Array(FEATURE_LENGTH);
  for (let p = 0; p < pooled; p++) {
    const from = Math.floor((p * total) / pooled);
    const to = Math.ceil(((p + 1) * total) / pooled);
    let sum = 0;
    for (let i = from; i < to; i++) {
      sum += featureMap[Math.floor(i / masked.length) * cells + masked[i % masked.length]!]!;
    }
    feature.fill(sum / (to - from), p * repeat, (p + 1) * repeat);
  }
  return feature;
}

/** Indices of the cells above the threshold (strictly, both float32 as in the graph). */
function maskedCells(heatmap: Float32Array, roiThreshold: number): number[] {
  const threshold = Math.fround(roiThreshold);
  const masked: number[] = [];
  for (let i = 0; i < heatmap.length; i++) if (heatmap[i]! > threshold) masked.push(i);
  return masked;
}

/**
 * The same feature for a smaller P from the one for P = 512, exact where the channels are a multiple of 512: every
 * one of the 512 entries then averages equally many values.
 */
export function repool(feature512: Float32Array, [pooled, rows, columns]: PoolSize): Float32Array {
  const repeat = rows * columns;
  if (repeat === 1) return feature512;
  const feature = new Float32Array(FEATURE_LENGTH);
  for (let p = 0; p < pooled; p++) {
    let sum = 0;
    for (let i = 0; i < repeat; i++) sum += feature512[p * repeat + i]!;
    feature.fill(sum / repeat, p * repeat, (p + 1) * repeat);
  }
  return feature;
}
