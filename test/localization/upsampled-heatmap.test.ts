import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { fullHeatmap } from '../../src/localization/heatmap.js';
import { PixelMap } from '../../src/localization/pixel-map.js';
import { findRegions } from '../../src/localization/regions.js';
import { UpsampledHeatmap } from '../../src/localization/upsampled-heatmap.js';
import { noise } from '../fixtures/noise.js';

const grids = fc
  .record({
    gridWidth: fc.integer({ min: 1, max: 16 }),
    gridHeight: fc.integer({ min: 1, max: 13 }),
    width: fc.integer({ min: 17, max: 150 }),
    height: fc.integer({ min: 17, max: 120 }),
  })
  .chain((size) =>
    fc.record({
      size: fc.constant(size),
      native: fc
        .array(fc.oneof(fc.float({ min: 0, max: 1, noNaN: true }), fc.constantFrom(0, 1, 0.5, NaN)), {
          minLength: size.gridWidth * size.gridHeight,
          maxLength: size.gridWidth * size.gridHeight,
        })
        .map((values) => Float32Array.from(values)),
      /** Also exactly what some pixel has, which then is not above it. */
      threshold: fc.oneof(fc.double({ min: 0, max: 1.1, noNaN: true }), fc.nat().map(BigInt)),
    }),
  );

describe('UpsampledHeatmap', () => {
  it('has the regions and outlines of the full map, to the pixel, and its means', () => {
    fc.assert(
      fc.property(grids, ({ size: { gridWidth, gridHeight, width, height }, native, threshold }) => {
        const full = fullHeatmap(native, gridWidth, gridHeight, width, height);
        const pixels = new PixelMap(full, width, height);
        const map = new UpsampledHeatmap(native, gridWidth, gridHeight, width, height);
        const at = typeof threshold === 'bigint' ? full[Number(threshold) % full.length]! : threshold;
        const expected = findRegions(pixels, at, { outlines: true });
        const actual = findRegions(map, at, { outlines: true });
        expect(actual).toEqual(expected);
        // Scaling makes a whole range of what rounding leaves of a flat map.
        if (!(Math.max(...native) - Math.min(...native) > 0.01)) return;
        for (const { box } of actual) expect(map.mean(box)).toBeCloseTo(pixels.mean(box), 5);
      }),
      { numRuns: 400 },
    );
  });

  it('agrees with the full map where almost every value is close to the threshold', () => {
    for (let seed = 1; seed <= 20; seed++) {
      const native = noise(80, seed).map((value) => (value < 0.1 ? 0 : value > 0.9 ? 1 : 0.3 + value * 1e-6));
      const pixels = new PixelMap(fullHeatmap(native, 10, 8, 320, 256), 320, 256);
      const map = new UpsampledHeatmap(native, 10, 8, 320, 256);
      expect(findRegions(map, 0.3, { outlines: true })).toEqual(findRegions(pixels, 0.3, { outlines: true }));
    }
  });

  it('has the regions that rounding makes of a flat map, and none of one that is not a number', () => {
    for (const value of [0, 0.7, NaN]) {
      const native = new Float32Array(80).fill(value);
      const pixels = new PixelMap(fullHeatmap(native, 10, 8, 320, 256), 320, 256);
      const map = new UpsampledHeatmap(native, 10, 8, 320, 256);
      expect(findRegions(map, 0.3)).toEqual(findRegions(pixels, 0.3));
    }
  });
});
