// Taken once: looking up `Math` costs more than the arithmetic where modules run in a context of their own (jest).
const { max, min, round } = Math;

/** Smallest and largest value that a tensor took. */
export interface ValueRange {
  readonly low: number;
  readonly high: number;
}

/** value = scale * (code - zeroPoint), code in 0 to 255. */
export interface AffineCode {
  readonly scale: number;
  readonly zeroPoint: number;
}

/** The uint8 code of a range, widened to hold zero: padding and rectified values must be exact. */
export function affineCode({ low, high }: ValueRange): AffineCode {
  const from = Math.min(low, 0);
  const to = Math.max(high, 0);
  const scale = Math.fround((to - from) / 255);
  if (!(scale > 0)) return { scale: 1, zeroPoint: 0 };
  return { scale, zeroPoint: Math.min(255, Math.max(0, Math.round(-from / scale))) };
}

export interface QuantizedWeights {
  readonly codes: Int8Array;
  /** One an output channel. */
  readonly scales: Float32Array;
}

/**
 * Symmetric int8 codes of weights [out, ...], a scale for every output channel: value = scale * (code - zeroPoint), with
 * code - zeroPoint in -127 to 127 - zeroPoint. `zeroPoint`: 0 or 1, see WEIGHT_ZERO_POINT; if absent, 0.
 */
export function quantizeWeights(weights: Float32Array, channels: number, zeroPoint = 0): QuantizedWeights {
  const length = weights.length / channels;
  const most = 127 - zeroPoint;
  const codes = new Int8Array(weights.length);
  const scales = new Float32Array(channels);
  for (let channel = 0; channel < channels; channel++) {
    const row = weights.subarray(channel * length, (channel + 1) * length);
    const steps = row.reduce((all, value) => max(all, value > 0 ? value / most : -value / 127), 0);
    const scale = Math.fround(steps) || 1;
    scales[channel] = scale;
    row.forEach((value, i) => {
      codes[channel * length + i] = zeroPoint + max(-127, min(most, round(value / scale)));
    });
  }
  return { codes, scales };
}

/** A bias in steps of input scale times weight scale, so that it is added to the integer sums as it is. */
export function quantizeBias(bias: Float32Array, inputScale: number, weightScales: Float32Array): Int32Array {
  return Int32Array.from(bias, (value, i) => round(value / Math.fround(inputScale * weightScales[i]!)));
}
