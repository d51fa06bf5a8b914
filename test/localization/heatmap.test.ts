import { describe, expect, it } from '@jest/globals';
import { fullHeatmap, scaleMap } from '../../src/localization/heatmap.js';
import { resizeBilinear } from '../../src/localization/resize-bilinear.js';
import { noise } from '../fixtures/noise.js';

const largestDifference = (a: Float32Array, b: Float32Array): number =>
  a.reduce((largest, value, i) => Math.max(largest, Math.abs(value - b[i]!)), 0);

describe('scaleMap', () => {
  it('takes the minimum to 0 and the maximum close to 1, in place', () => {
    const map = Float32Array.of(3, 5, 4);
    expect(scaleMap(map)).toBe(map);
    expect(map[0]).toBe(0);
    expect(map[1]).toBeCloseTo(1, 6);
    expect(map[2]).toBeCloseTo(0.5, 6);
  });

  it('makes zeros of a flat map, never NaN', () => {
    expect(scaleMap(new Float32Array(4).fill(7))).toEqual(new Float32Array(4));
    expect(scaleMap(new Float32Array(4))).toEqual(new Float32Array(4));
  });

  it('keeps a map of very small values small: the epsilon counts', () => {
    expect(scaleMap(Float32Array.of(0, 1e-7))[1]).toBeCloseTo(0.5, 6);
  });
});

describe('fullHeatmap', () => {
  it.each([
    [10, 8, 320, 256],
    [7, 5, 64, 33],
    [40, 32, 20, 16],
    [1, 1, 16, 16],
    [10, 1, 32, 16],
  ])('%i x %i to %i x %i is the resized map, scaled', (gridWidth, gridHeight, width, height) => {
    for (let seed = 1; seed <= 10; seed++) {
      const native = scaleMap(noise(gridWidth * gridHeight, seed));
      const full = fullHeatmap(native, gridWidth, gridHeight, width, height);
      const plain = scaleMap(resizeBilinear(native, gridWidth, gridHeight, width, height));
      expect(largestDifference(full, plain)).toBeLessThan(2e-7);
      expect(full.every((value) => value >= 0 && value <= 1)).toBe(true);
    }
  });

  it('scales a copy where the grid already has the size', () => {
    const native = Float32Array.of(0, 0.25, 0.5, 0.25);
    expect(fullHeatmap(native, 2, 2, 2, 2)[2]).toBeCloseTo(1, 6);
    expect(native[2]).toBe(0.5);
  });

  it('is all zero for a class that the frame shows nothing of', () => {
    expect(fullHeatmap(new Float32Array(80), 10, 8, 320, 256).every((value) => value === 0)).toBe(true);
  });
});
