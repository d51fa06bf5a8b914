import { describe, expect, test } from '@jest/globals';
import { affineCode } from '../../../src/onnx/quantize/affine.js';
import { rangeBy, type RangeMethod } from '../../../src/onnx/quantize/range-method.js';
import { ValueHistogram } from '../../../src/onnx/quantize/value-histogram.js';

/** Of `values`, over their own range. */
function histogramOf(values: Float32Array): ValueHistogram {
  const low = values.reduce((a, b) => Math.min(a, b), Infinity);
  const high = values.reduce((a, b) => Math.max(a, b), -Infinity);
  const histogram = new ValueHistogram({ low, high });
  // In parts: histograms grow with the frames.
  for (let i = 0; i < values.length; i += 1000) histogram.add(values.subarray(i, i + 1000));
  return histogram;
}

/** Quantiles of the exponential distribution, behind Relu half of them zero, and one outlier. */
function rectified(outlier: number): Float32Array {
  const values = Float32Array.from({ length: 20_000 }, (_, i) =>
    i % 2 === 0 ? 0 : -Math.log(1 - (i + 0.5) / 20_001),
  );
  values[1] = outlier;
  return values;
}

describe('rangeBy', () => {
  test('min-max takes all of it', () => {
    expect(rangeBy({ kind: 'min-max' }, histogramOf(rectified(1000)))).toEqual({ low: 0, high: 1000 });
  });

  test('percentile cuts the largest off behind Relu, and both ends elsewhere', () => {
    const even = Float32Array.from({ length: 100_001 }, (_, i) => i / 100_000);
    const top = rangeBy({ kind: 'percentile', percent: 99 }, histogramOf(even));
    expect(top.low).toBe(0);
    expect(top.high).toBeCloseTo(0.99, 4);
    const centred = even.map((value) => 4 * value - 1);
    const { low, high } = rangeBy({ kind: 'percentile', percent: 99 }, histogramOf(centred));
    expect(low).toBeCloseTo(-0.98, 3);
    expect(high).toBeCloseTo(2.98, 3);
  });

  test.each<RangeMethod>([{ kind: 'percentile', percent: 99.9 }, { kind: 'entropy' }])(
    'one outlier does not set the range of %j',
    (method) => {
      const { low, high } = rangeBy(method, histogramOf(rectified(100)));
      expect(low).toBeCloseTo(0, 10);
      expect(high).toBeGreaterThan(3);
      expect(high).toBeLessThan(60);
    },
  );

  test('mse takes the range whose codes are nearest to the values', () => {
    // A long tail: cubes of an exponential distribution.
    const values = rectified(0).map((value) => value ** 3);
    const { range } = histogramOf(values);
    const chosen = rangeBy({ kind: 'mse' }, histogramOf(values));
    const error = (high: number): number => {
      const { scale } = affineCode({ low: 0, high });
      return values.reduce((sum, v) => sum + (scale * Math.min(255, Math.round(v / scale)) - v) ** 2, 0);
    };
    const least = Math.min(...Array.from({ length: 20 }, (_, i) => error((range.high * (i + 1)) / 20)));
    expect(error(chosen.high)).toBeLessThanOrEqual(1.01 * least);
    expect(chosen.high).toBeLessThan(range.high);
  });

  test('entropy keeps an even distribution and cuts a long tail off', () => {
    const even = Float32Array.from({ length: 200_000 }, (_, i) => i / 199_999);
    expect(rangeBy({ kind: 'entropy' }, histogramOf(even)).high).toBeGreaterThan(0.95);
  });

  test('a tensor that never changes keeps its value', () => {
    const flat = new ValueHistogram({ low: 3, high: 3 });
    flat.add(Float32Array.of(3, 3));
    for (const kind of ['min-max', 'entropy', 'mse'] as const) {
      expect(rangeBy({ kind }, flat)).toEqual({ low: 3, high: 3 });
    }
  });
});
