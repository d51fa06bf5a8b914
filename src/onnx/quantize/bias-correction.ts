import type { QuantizedWeights } from './affine.js';

/**
 * What the rounding of weights [out, in / groups, height, width] adds to the mean of every output channel where the inputs'
 * channels have the given means: the sum of (coded - true weight) x mean (Nagel et al. 2019, Data-Free Quantization
 * Through Weight Equalization and Bias Correction, 4.2). Padding is not thought of.
 */
export function roundingShift(
  weights: Float32Array,
  { codes, scales, zeroPoint }: QuantizedWeights & { readonly zeroPoint: number },
  dims: readonly number[],
  means: Float32Array,
): Float64Array {
  const outChannels = scales.length;
  const length = weights.length / outChannels;
  const shift = new Float64Array(outChannels);
  // Of grouped convolutions every output channel takes a slice of the inputs.
  const groupInputs = dims[1]!;
  const area = length / groupInputs;
  const outputsOfGroup = (outChannels * groupInputs) / means.length;
  for (let out = 0; out < outChannels; out++) {
    const firstInput = Math.floor(out / outputsOfGroup) * groupInputs;
    let sum = 0;
    for (let i = 0; i < length; i++) {
      const index = out * length + i;
      const error = scales[out]! * (codes[index]! - zeroPoint) - weights[index]!;
      sum += error * means[firstInput + Math.floor(i / area)]!;
    }
    shift[out] = sum;
  }
  return shift;
}
