import { describe, expect, it } from '@jest/globals';
import sharp from 'sharp';
import { encodeJpeg } from '../../src/files/jpeg.js';

const SIZE = { width: 32, height: 24 };
/** The left half red, the right half blue. */
const pixels = Uint8Array.from({ length: SIZE.width * SIZE.height * 3 }, (_, i) => {
  const isLeft = Math.floor(i / 3) % SIZE.width < SIZE.width / 2;
  return i % 3 === (isLeft ? 0 : 2) ? 255 : 0;
});

async function colourAt(jpeg: Uint8Array, x: number, y: number): Promise<number[]> {
  const { data, info } = await sharp(jpeg).raw().toBuffer({ resolveWithObject: true });
  return [...data.subarray((y * info.width + x) * 3).subarray(0, 3)];
}

describe('encodeJpeg', () => {
  it.each([SIZE, { width: 16, height: 48 }])('makes a JPEG of $width x $height', async (wanted) => {
    const { width, height, jpeg } = await encodeJpeg(pixels, SIZE, { ...wanted, quality: 90 });
    expect({ width, height }).toEqual(wanted);
    expect(await sharp(jpeg).metadata()).toMatchObject({ format: 'jpeg', ...wanted });
    const [left, right] = [await colourAt(jpeg, 2, 4), await colourAt(jpeg, wanted.width - 3, 4)];
    expect(left[0]! - left[2]!).toBeGreaterThan(200);
    expect(right[2]! - right[0]!).toBeGreaterThan(200);
  });

  it('gets smaller with the quality', async () => {
    const noise = pixels.map((_, i) => Math.imul(i + 1, 0x9e3779b1) >>> 24);
    const bytes = async (quality: number) =>
      (await encodeJpeg(noise, SIZE, { ...SIZE, quality })).jpeg.length;
    expect(await bytes(20)).toBeLessThan(await bytes(95));
  });
});
