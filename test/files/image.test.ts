import { describe, expect, it } from '@jest/globals';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import sharp from 'sharp';
import { decodeImage, loadImage } from '../../src/files/image.js';
import { readNpy, writeNpy } from '../../src/files/npy.js';
import { encodeGrayPng } from '../../src/files/png.js';
import { resizeAntialiased } from '../../src/files/resize-antialiased.js';
import { describeWith, PYTHON } from '../fixtures/requirements.js';

const picture = (width: number, height: number): Uint8Array =>
  Uint8Array.from({ length: width * height * 3 }, (_, i) => (Math.imul(i + 7, 2654435761) >>> 11) & 255);

describe('decodeImage', () => {
  it('returns the pixels of a PNG that already has the size', async () => {
    const pixels = picture(20, 10);
    const png = await sharp(pixels, { raw: { width: 20, height: 10, channels: 3 } })
      .png()
      .toBuffer();
    expect(await decodeImage(png, 20, 10)).toEqual({ pixels, sourceWidth: 20, sourceHeight: 10 });
  });

  it('makes RGB of grey and transparent pictures', async () => {
    const grey = await sharp(picture(4, 4).subarray(0, 16), { raw: { width: 4, height: 4, channels: 1 } })
      .png()
      .toBuffer();
    expect((await decodeImage(grey, 4, 4)).pixels).toHaveLength(48);
    const clear = await sharp({ create: { width: 4, height: 4, channels: 4, background: '#f008' } })
      .png()
      .toBuffer();
    expect((await decodeImage(clear, 2, 2)).pixels).toHaveLength(12);
  });

  it('names the file that it cannot read, and why', async () => {
    await expect(decodeImage(Buffer.from('no picture'), 4, 4, 'a.png')).rejects.toMatchObject({
      code: 'invalid_argument',
      message: expect.stringContaining('a.png'),
    });
    await expect(loadImage('/nowhere/b.png', 4, 4)).rejects.toMatchObject({
      code: 'not_found',
      message: expect.stringContaining('/nowhere/b.png'),
    });
    const truncated = (
      await sharp(picture(64, 64), { raw: { width: 64, height: 64, channels: 3 } })
        .png()
        .toBuffer()
    ).subarray(0, 900);
    await expect(decodeImage(truncated, 64, 64, 'c.png')).rejects.toMatchObject({ code: 'invalid_argument' });
  });
});

describe('encodeGrayPng', () => {
  it('writes a PNG that reads back the same', async () => {
    const gray = picture(5, 7).subarray(0, 35);
    const { data, info } = await sharp(encodeGrayPng(gray, 5, 7))
      .raw()
      .toBuffer({ resolveWithObject: true });
    expect([info.width, info.height]).toEqual([5, 7]);
    const step = data.length / 35;
    expect(Uint8Array.from(gray, (_, i) => data[i * step]!)).toEqual(gray);
  });
});

describe('npy', () => {
  it('reads what it writes', () => {
    const data = Float32Array.of(1, -2, 3.5, 0, 1e-7, 9);
    expect(readNpy(writeNpy(data, [2, 3]))).toEqual({ shape: [2, 3], data });
    expect(readNpy(writeNpy(Uint8Array.of(1, 2), [2]))).toEqual({ shape: [2], data: Uint8Array.of(1, 2) });
  });

  it('says what is wrong with a file', () => {
    expect(() => readNpy(new Uint8Array(20), 'x.npy')).toThrow('x.npy is no .npy file');
    expect(() => readNpy(writeNpy(Float32Array.of(1, 2), [2]).subarray(0, 132), 'x.npy')).toThrow(
      'x.npy: data',
    );
  });
});

describeWith('python-pil', 'resizeAntialiased against Pillow', () => {
  it.each([
    [1280, 1024, 320, 256],
    [100, 80, 320, 256],
    [333, 251, 320, 256],
    [17, 31, 224, 224],
    [320, 500, 320, 256],
  ])('%i x %i to %i x %i, bit for bit', (sourceWidth, sourceHeight, width, height) => {
    const folder = mkdtempSync(join(tmpdir(), 'surgicam-resize-'));
    const pixels = picture(sourceWidth, sourceHeight);
    writeFileSync(join(folder, 'in.npy'), writeNpy(pixels, [sourceHeight, sourceWidth, 3]));
    const script = [
      'import sys, numpy, PIL.Image as I',
      `a = I.fromarray(numpy.load('${folder}/in.npy')).resize((${width}, ${height}), I.BILINEAR)`,
      `numpy.save('${folder}/out.npy', numpy.asarray(a))`,
    ].join('\n');
    expect(spawnSync(PYTHON, ['-c', script], { encoding: 'utf8' })).toMatchObject({ status: 0 });
    const expected = readNpy(readFileSync(join(folder, 'out.npy'))).data as Uint8Array;
    const actual = resizeAntialiased(pixels, sourceWidth, sourceHeight, width, height);
    expect(actual.findIndex((value, i) => value !== expected[i])).toBe(-1);
  });
});
