import { describe, expect, it } from '@jest/globals';
import sharp from 'sharp';
import { encodeGrayPng } from '../../src/files/png.js';

describe('encodeGrayPng', () => {
  it.each([
    [1, 1],
    [5, 7],
    [320, 256],
  ])('writes %i x %i pixels that another decoder reads back the same', async (width, height) => {
    const gray = Uint8Array.from({ length: width * height }, (_, i) => (i * 37) & 255);
    const png = sharp(encodeGrayPng(gray, width, height), { failOn: 'warning' });
    expect(await png.metadata()).toMatchObject({ format: 'png', width, height, channels: 1, depth: 'uchar' });
    const pixels = await png.toColourspace('b-w').raw().toBuffer();
    expect(new Uint8Array(pixels)).toEqual(gray);
  });
});
