import { describe, expect, it } from '@jest/globals';
import { STORAGE_TYPES } from '../../src/onnx/storage-types.js';

function decode(type: string, words: readonly number[]): number[] {
  const bytes = new Uint8Array(Uint16Array.from(words).buffer);
  return Array.from(STORAGE_TYPES.get(`torch.${type}`)!.decode!(bytes));
}

describe('storage types', () => {
  it('reads IEEE half precision, subnormal numbers and infinities included', () => {
    const words = [0x0000, 0x3c00, 0xc000, 0x3555, 0x7bff, 0x0001, 0x03ff, 0xfc00, 0x7e00];
    expect(decode('HalfStorage', words)).toEqual([
      0,
      1,
      -2,
      0.333251953125,
      65_504,
      2 ** -24,
      1023 * 2 ** -24,
      -Infinity,
      NaN,
    ]);
  });

  it('reads bfloat16', () => {
    expect(decode('BFloat16Storage', [0x3f80, 0xc000, 0x4049, 0x7f80])).toEqual([1, -2, 3.140625, Infinity]);
  });

  it('knows integers by size only: no weight is one', () => {
    const integers = [...STORAGE_TYPES.values()].filter(({ decode }) => decode === undefined);
    expect(integers.map(({ name, bytesPerElement }) => [name, bytesPerElement])).toEqual([
      ['LongStorage', 8],
      ['IntStorage', 4],
      ['ShortStorage', 2],
      ['CharStorage', 1],
      ['ByteStorage', 1],
      ['BoolStorage', 1],
    ]);
  });
});
