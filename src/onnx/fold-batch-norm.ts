import { SurgicamError } from '../domain/errors.js';
import type { Numbers } from './storage-types.js';

/** torch.nn.BatchNorm2d's default epsilon, which no state dict records. */
const EPSILON = 1e-5;

/** Parameters of a batch norm in inference, one entry a channel. */
export interface BatchNorm {
  readonly weight: Numbers;
  readonly bias: Numbers;
  readonly mean: Numbers;
  readonly variance: Numbers;
}

/** A convolution (or linear layer) ready for the graph: weights row-major [out, in / groups, kernel, kernel]. */
export interface LayerWeights {
  readonly weights: Float32Array;
  readonly bias: Float32Array;
}

/**
 * A bias-free convolution followed by a batch norm, as one convolution with bias: each output channel is scaled by
 * weight / sqrt(variance + epsilon). Computed in float64 and rounded once. Error: invalid_argument for a variance
 * below zero, naming `name`.
 */
export function foldBatchNorm(name: string, convolution: Numbers, norm: BatchNorm): LayerWeights {
  const channels = norm.weight.length;
  const perChannel = convolution.length / channels;
  const weights = new Float32Array(convolution.length);
  const bias = new Float32Array(channels);
  for (let channel = 0; channel < channels; channel++) {
    const variance = norm.variance[channel]!;
    if (variance < 0)
      throw SurgicamError.invalidField(`${name}.running_var[${channel}]`, variance, '0 or more');
    const scale = norm.weight[channel]! / Math.sqrt(variance + EPSILON);
    bias[channel] = norm.bias[channel]! - norm.mean[channel]! * scale;
    const end = (channel + 1) * perChannel;
    for (let i = channel * perChannel; i < end; i++) weights[i] = convolution[i]! * scale;
  }
  return { weights, bias };
}
