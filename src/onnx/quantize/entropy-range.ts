import type { ValueRange } from './affine.js';
import type { ValueHistogram } from './value-histogram.js';

// Taken once: looking up globals costs more than the arithmetic where modules run in a context of their own (jest).
const { log, floor } = Math;
const { EPSILON } = Number;

/** Bins between two thresholds that are tried: a code's width. */
const STEP = 8;

/**
 * The threshold T for which the values, cut off at T, differ least in information from their 8-bit codes: the least
 * Kullback-Leibler divergence (S. Migacz, 8-bit Inference with TensorRT, GTC 2017; onnxruntime's entropy calibration
 * does the same). The histogram is that of the magnitudes; the range is cut off at -T and T. A tensor that is never
 * negative has 256 codes for its magnitudes, another one 128. Zeros are left out: they have a code of their own.
 */
export function entropyRange(histogram: ValueHistogram): ValueRange {
  const { range } = histogram;
  const largest = Math.max(Math.abs(range.low), Math.abs(range.high));
  const codes = range.low >= 0 ? 256 : 128;
  const magnitudes = magnitudeCounts(histogram, largest);
  magnitudes[0] = magnitudes[1]!;
  let best = { bins: magnitudes.length, divergence: Infinity };
  for (let bins = codes; bins <= magnitudes.length; bins += STEP) {
    const divergence = divergenceOfCut(magnitudes, bins, codes);
    if (divergence < best.divergence) best = { bins, divergence };
  }
  const threshold = (largest * best.bins) / magnitudes.length;
  return { low: Math.max(range.low, -threshold), high: Math.min(range.high, threshold) };
}

function magnitudeCounts(histogram: ValueHistogram, largest: number): Float64Array {
  const { counts } = histogram;
  const magnitudes = new Float64Array(counts.length);
  counts.forEach((count, bin) => {
    const place = floor((Math.abs(histogram.centre(bin)) / largest) * counts.length);
    magnitudes[Math.min(counts.length - 1, place)]! += count;
  });
  return magnitudes;
}

/** KL(P || Q): P is the first `bins` with all that lies above added to the last, Q is what is left of it in `codes`. */
function divergenceOfCut(counts: Float64Array, bins: number, codes: number): number {
  const kept = counts.slice(0, bins);
  let cutOff = 0;
  for (let i = bins; i < counts.length; i++) cutOff += counts[i]!;
  const coded = codedCounts(kept, codes);
  kept[bins - 1]! += cutOff;
  const total = kept.reduce((sum, count) => sum + count, 0);
  const totalCoded = coded.reduce((sum, count) => sum + count, 0);
  if (total === 0 || totalCoded === 0) return Infinity;
  let divergence = 0;
  for (let i = 0; i < bins; i++) {
    const p = kept[i]! / total;
    if (p === 0) continue;
    // What P has and Q has not would be infinite; the smallest share that counts stands for it.
    const share = coded[i]! / totalCoded;
    const q = share > EPSILON ? share : EPSILON;
    divergence += p * log(p / q);
  }
  return divergence;
}

/** The counts in `codes` groups, each spread evenly over those of its bins that are not empty. */
function codedCounts(counts: Float64Array, codes: number): Float64Array {
  const coded = new Float64Array(counts.length);
  for (let code = 0; code < codes; code++) {
    const from = floor((code * counts.length) / codes);
    const to = floor(((code + 1) * counts.length) / codes);
    let sum = 0;
    let filled = 0;
    for (let i = from; i < to; i++) {
      sum += counts[i]!;
      if (counts[i]! > 0) filled++;
    }
    for (let i = from; i < to; i++) if (counts[i]! > 0) coded[i] = sum / filled;
  }
  return coded;
}
