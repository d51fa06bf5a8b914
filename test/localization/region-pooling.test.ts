import { describe, expect, it } from '@jest/globals';
import { POOL_SIZES } from '../../src/domain/analysis-recipe.js';
import { boxOnMap, featureMapLevel, poolRegion } from '../../src/localization/region-pooling.js';

const box = (x1: number, y1: number, x2: number, y2: number) => ({ x1, y1, x2, y2 });

describe('featureMapLevel', () => {
  it.each([
    [box(0, 0, 64, 79), 0],
    [box(0, 0, 64, 80), 1],
    [box(0, 0, 128, 159), 1],
    [box(0, 0, 128, 160), 2],
    [box(0, 0, 320, 256), 2],
  ])('looks for %j in map %i of a 320 x 256 frame', (area, level) => {
    expect(featureMapLevel(area, 320, 256)).toBe(level);
  });

  it('goes by the share of the frame where the input is another size', () => {
    expect(featureMapLevel(box(0, 0, 160, 128), 640, 512)).toBe(1);
    expect(featureMapLevel(box(0, 0, 159, 128), 640, 512)).toBe(0);
  });
});

describe('boxOnMap', () => {
  const map = { width: 10, height: 8 };

  it('rounds half to even', () => {
    // 16 / 32 = 0.5 -> 0, 48 / 32 = 1.5 -> 2, 80 / 32 = 2.5 -> 2
    expect(boxOnMap(box(16, 16, 48, 80), 320, 256, map)).toEqual(box(0, 0, 2, 2));
  });

  it('keeps at least one cell, and stays on the map', () => {
    expect(boxOnMap(box(100, 100, 101, 101), 320, 256, map)).toEqual(box(3, 3, 4, 4));
    expect(boxOnMap(box(0, 0, 1, 1), 320, 256, map)).toEqual(box(0, 0, 1, 1));
    expect(boxOnMap(box(319, 255, 320, 256), 320, 256, map)).toEqual(box(9, 7, 10, 8));
    expect(boxOnMap(box(0, 0, 320, 256), 320, 256, map)).toEqual(box(0, 0, 10, 8));
  });
});

describe('poolRegion', () => {
  /** Value of channel c at (x, y): c + 1000 x + 100 y. */
  const values = (channels: number, width: number, height: number): Float32Array =>
    Float32Array.from({ length: channels * width * height }, (_, i) => {
      const cell = i % (width * height);
      return Math.floor(i / (width * height)) + 1000 * (cell % width) + 100 * Math.floor(cell / width);
    });

  it('averages neighbouring channels over the region', () => {
    const map = { values: values(2048, 4, 3), width: 4, height: 3 };
    const feature = poolRegion(map, box(1, 0, 3, 2), [512, 1, 1]);
    // Mean of x is 1.5, of y 0.5; entry p is the mean of channels 4p to 4p + 3.
    [0, 1, 511].forEach((p) => expect(feature[p]).toBeCloseTo(1500 + 50 + 4 * p + 1.5, 3));
  });

  it('goes row, column, channel', () => {
    const map = { values: values(128, 4, 4), width: 4, height: 4 };
    const feature = poolRegion(map, box(0, 0, 4, 4), [128, 2, 2]);
    expect(feature[0]).toBeCloseTo(500 + 50, 3);
    expect(feature[128 + 5]).toBeCloseTo(2500 + 50 + 5, 3);
    expect(feature[256 + 5]).toBeCloseTo(500 + 250 + 5, 3);
  });

  it.each(POOL_SIZES)('makes 512 numbers of one cell with pool size [%i, %i, %i]', (...pool) => {
    const map = { values: values(96, 5, 4), width: 5, height: 4 };
    const feature = poolRegion(map, box(4, 3, 5, 4), pool);
    expect(feature).toHaveLength(512);
    expect(feature.every((value) => value >= 4300 && value < 4396)).toBe(true);
  });
});
