import { describe, expect, it } from '@jest/globals';
import { toFloat16Bytes } from '../../../src/rpc/messages/float16.js';

/** IEEE 754 binary16, by definition. */
function fromFloat16(bits: number): number {
  const sign = (bits & 0x8000) === 0 ? 1 : -1;
  const exponent = (bits >> 10) & 0x1f;
  const fraction = bits & 0x3ff;
  if (exponent === 31) return fraction === 0 ? sign * Infinity : NaN;
  return exponent === 0 ? sign * fraction * 2 ** -24 : sign * (1 + fraction / 1024) * 2 ** (exponent - 15);
}

const encode = (...values: number[]): number[] => {
  const bytes = toFloat16Bytes(Float32Array.from(values));
  return values.map((_, i) => bytes.readUInt16LE(i * 2));
};

describe('toFloat16Bytes', () => {
  it('gives back every number that binary16 has', () => {
    const all = Array.from({ length: 0x10000 }, (_, bits) => bits).filter(
      (bits) => !Number.isNaN(fromFloat16(bits)),
    );
    expect(encode(...all.map(fromFloat16))).toEqual(all);
  });

  it('rounds to the nearest, ties to even', () => {
    const step = 2 ** -10;
    expect(encode(1 + 0.49 * step, 1 + 0.5 * step, 1 + 1.5 * step, 1 + 0.51 * step)).toEqual([
      0x3c00, 0x3c00, 0x3c02, 0x3c01,
    ]);
    expect(encode(2 ** -25, 1.01 * 2 ** -25, 2 ** -26)).toEqual([0, 1, 0]);
  });

  it('goes to infinity where binary16 ends, and keeps NaN', () => {
    expect(encode(65504, 65519, 65520, -1e30, NaN)).toEqual([0x7bff, 0x7bff, 0x7c00, 0xfc00, 0x7e00]);
  });
});
