import { describe, expect, it } from '@jest/globals';
import { foldBatchNorm } from '../../src/onnx/fold-batch-norm.js';

const norm = {
  weight: Float32Array.of(2, -1),
  bias: Float32Array.of(0.5, 0),
  mean: Float32Array.of(3, 1),
  variance: Float64Array.of(4 - 1e-5, 0.25 - 1e-5),
};

describe('foldBatchNorm', () => {
  it('gives the convolution that does both', () => {
    // Two output channels of three weights; standard deviations 2 and 0.5, so the scales are 1 and -2.
    const folded = foldBatchNorm('bn1', Float32Array.of(1, 2, 3, 4, 5, 6), norm);
    expect(Array.from(folded.weights)).toEqual([1, 2, 3, -8, -10, -12]);
    expect(Array.from(folded.bias)).toEqual([-2.5, 2]);
  });

  it('rounds once, at the end', () => {
    const weight = Float64Array.of(1 + 2 ** -40);
    const one = { weight, bias: weight, mean: weight, variance: Float64Array.of(1e-10) };
    const scale = weight[0]! / Math.sqrt(1e-10 + 1e-5);
    const folded = foldBatchNorm('bn1', weight, one);
    expect(folded.weights[0]).toBe(Math.fround(weight[0]! * scale));
    expect(folded.bias[0]).toBe(Math.fround(weight[0]! - weight[0]! * scale));
  });

  it('refuses a variance below zero by name', () => {
    const broken = { ...norm, variance: Float32Array.of(1, -0.5) };
    expect(() => foldBatchNorm('layer1.0.bn2', new Float32Array(6), broken)).toThrow(
      'layer1.0.bn2.running_var[1] is -0.5; allowed: 0 or more',
    );
  });
});
