import { describe, expect, it } from '@jest/globals';
import { fromHalf, toHalf } from '../../../src/onnx/half/float16.js';

describe('half precision numbers', () => {
  it('every one of the 65536 comes back as it was', () => {
    for (let half = 0; half < 0x10000; half++) {
      const value = fromHalf(half);
      if (Number.isNaN(value)) expect(toHalf(value) & 0x7fff).toBe(0x7e00);
      else if (toHalf(value) !== half) throw new Error(`${half} came back as ${toHalf(value)}`);
    }
  });

  it.each([
    [1, 0x3c00],
    [-2, 0xc000],
    [65504, 0x7bff],
    [65519.99, 0x7bff], // nearer to the largest
    [65520, 0x7c00], // halfway: the even neighbour is infinity
    [-1e9, 0xfc00],
    [1 + 2 ** -11, 0x3c00], // halfway between 1 and its neighbour: 1 is even
    [1 + 3 * 2 ** -11, 0x3c02],
    [1 + 2 ** -11 + 2 ** -20, 0x3c01],
    [2 ** -14, 0x0400],
    [2 ** -14 - 2 ** -26, 0x0400], // rounds up to the smallest normal
    [2 ** -24, 0x0001],
    [2 ** -25, 0x0000], // halfway to the smallest subnormal
    [2 ** -25 * 1.01, 0x0001],
    [3 * 2 ** -25, 0x0002],
    [-0, 0x8000],
    [-(2 ** -30), 0x8000],
  ])('rounds %p to nearest, ties to even', (value, half) => {
    expect(toHalf(value)).toBe(half);
  });
});
