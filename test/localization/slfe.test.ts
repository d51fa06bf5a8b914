import { describe, expect, it } from '@jest/globals';
import { POOL_SIZES } from '../../src/domain/analysis-recipe.js';
import { repool, singlePassFeature } from '../../src/localization/slfe.js';

const noise = (length: number, seed: number): Float32Array =>
  Float32Array.from({ length }, (_, i) => (Math.sin((i + 1) * 12.9898 + seed) * 43758.5453) % 1);

/** The definition, written plainly: gather, average, repeat. */
function plainly(
  map: Float32Array,
  channels: number,
  heatmap: Float32Array,
  threshold: number,
  pooled: number,
): number[] {
  const cells = heatmap.length;
  const values: number[] = [];
  for (let c = 0; c < channels; c++) {
    for (let i = 0; i < cells; i++) if (heatmap[i]! > threshold) values.push(map[c * cells + i]!);
  }
  return Array.from({ length: pooled }, (_, p) => {
    const bin = values.slice(
      Math.floor((p * values.length) / pooled),
      Math.ceil(((p + 1) * values.length) / pooled),
    );
    return bin.reduce((sum, value) => sum + value, 0) / bin.length;
  });
}

describe('singlePassFeature', () => {
  it.each([2048, 512, 256, 300])('follows the definition for %i channels and every pool size', (channels) => {
    const map = noise(channels * 12, channels);
    const heatmap = noise(12, 3).map(Math.abs);
    for (const pool of POOL_SIZES) {
      const [pooled, rows, columns] = pool;
      const feature = singlePassFeature(map, channels, heatmap, 0.3, pool)!;
      const expected = plainly(map, channels, heatmap, 0.3, pooled).flatMap((value) =>
        Array.from({ length: rows * columns }, () => value),
      );
      expect(feature).toHaveLength(512);
      expect(Math.max(...feature.map((value, i) => Math.abs(value - expected[i]!)))).toBeLessThan(1e-5);
    }
  });

  it('has no feature for an empty mask, and none is NaN', () => {
    expect(singlePassFeature(noise(2048 * 4, 1), 2048, new Float32Array(4), 0, [512, 1, 1])).toBeUndefined();
  });

  it('takes the cells strictly above the threshold', () => {
    const map = Float32Array.from({ length: 512 * 2 }, (_, i) => (i % 2 === 0 ? 1 : 5));
    const feature = singlePassFeature(map, 512, Float32Array.of(0.5, 0.6), 0.5, [512, 1, 1])!;
    expect(new Set(feature)).toEqual(new Set([5]));
  });
});

describe('repool', () => {
  it('gives the smaller pools from the 512 entries', () => {
    const map = noise(2048 * 6, 9);
    const heatmap = noise(6, 5).map(Math.abs);
    const feature512 = singlePassFeature(map, 2048, heatmap, 0.1, [512, 1, 1])!;
    for (const pool of POOL_SIZES) {
      const direct = singlePassFeature(map, 2048, heatmap, 0.1, pool)!;
      const derived = repool(feature512, pool);
      expect(Math.max(...derived.map((value, i) => Math.abs(value - direct[i]!)))).toBeLessThan(1e-6);
    }
  });
});
