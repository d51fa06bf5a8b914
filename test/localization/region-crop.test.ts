import { describe, expect, it } from '@jest/globals';
import { contrastStretch, cropPixels } from '../../src/localization/region-crop.js';

describe('contrastStretch', () => {
  it('spreads all channels together over a byte and cuts to whole numbers', () => {
    expect([...contrastStretch(Uint8Array.of(10, 60, 110, 35, 11, 109))]).toEqual([0, 127, 255, 63, 2, 252]);
  });

  it('leaves a full range as it is, and makes a flat frame black', () => {
    expect([...contrastStretch(Uint8Array.of(0, 128, 255))]).toEqual([0, 128, 255]);
    expect([...contrastStretch(Uint8Array.of(7, 7, 7))]).toEqual([0, 0, 0]);
  });
});

describe('cropPixels', () => {
  it('cuts whole pixels out of the rows', () => {
    const pixels = Uint8Array.from({ length: 3 * 4 * 3 }, (_, i) => i);
    expect([...cropPixels(pixels, 4, { x1: 1, y1: 1, x2: 3, y2: 3 })]).toEqual([
      15, 16, 17, 18, 19, 20, 27, 28, 29, 30, 31, 32,
    ]);
  });
});
