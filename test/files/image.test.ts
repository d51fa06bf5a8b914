import { describe, expect, it } from '@jest/globals';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import sharp, { type Sharp } from 'sharp';
import { crc32 } from '../../src/files/crc32.js';
import { decodeImage, loadImage } from '../../src/files/image.js';
import { readNpy } from '../../src/files/npy.js';
import { encodeGrayPng } from '../../src/files/png.js';
import { noisePicture } from '../fixtures/picture.js';
import { describeWith, PYTHON } from '../fixtures/requirements.js';

const picture = (width: number, height: number): Sharp =>
  sharp(noisePicture(width, height), { raw: { width, height, channels: 3 } });

describe('decodeImage', () => {
  it('returns the pixels of a PNG that already has the size', async () => {
    const png = await picture(20, 10).png().toBuffer();
    const pixels = noisePicture(20, 10);
    expect(await decodeImage(png, 20, 10)).toEqual({ pixels, sourceWidth: 20, sourceHeight: 10 });
  });

  it('resizes, tells the source size, and gives a buffer of its own', async () => {
    const decoded = await decodeImage(await picture(64, 48).jpeg().toBuffer(), 32, 24);
    expect(decoded).toMatchObject({ sourceWidth: 64, sourceHeight: 48 });
    expect(decoded.pixels.buffer.byteLength).toBe(32 * 24 * 3);
  });

  it('makes RGB of grey, transparent and 16-bit pictures', async () => {
    const gray = Uint8Array.of(0, 100, 200, 255);
    const rgb = Uint8Array.from(gray, (value) => value).reduce<number[]>((all, v) => [...all, v, v, v], []);
    expect((await decodeImage(encodeGrayPng(gray, 2, 2), 2, 2)).pixels).toEqual(Uint8Array.from(rgb));
    const clear = sharp({ create: { width: 2, height: 2, channels: 4, background: '#f00a' } });
    expect((await decodeImage(await clear.png().toBuffer(), 2, 2)).pixels).toEqual(
      Uint8Array.of(255, 0, 0, 255, 0, 0, 255, 0, 0, 255, 0, 0),
    );
    const deep = await picture(8, 8).toColourspace('rgb16').png().toBuffer();
    expect((await sharp(deep).metadata()).depth).toBe('ushort');
    expect((await decodeImage(deep, 8, 8)).pixels).toEqual(noisePicture(8, 8));
  });
});

describe('what decodeImage refuses', () => {
  const refusal = (bytes: Uint8Array): Promise<unknown> =>
    decodeImage(bytes, 8, 8, 'a.png').catch((error: unknown) => error);
  const refused = (why: string): unknown =>
    expect.objectContaining({
      code: 'invalid_argument',
      message: expect.stringMatching(`^a\\.png cannot be read as a JPEG or PNG .*${why}`),
      violations: [expect.objectContaining({ field: 'a.png' })],
    });

  it('is anything but JPEG and PNG, before a decoder sees it', async () => {
    expect(await refusal(new Uint8Array(0))).toEqual(refused('it is empty'));
    expect(await refusal(Buffer.from('no picture'))).toEqual(refused('begin with "6e6f207069637475"'));
    expect(await refusal(Buffer.from('<svg width="4" height="4"/>'))).toEqual(refused('begin with'));
    expect(await refusal(await picture(8, 8).webp().toBuffer())).toEqual(refused('begin with'));
  });

  it.each(['png', 'jpeg'] as const)('is a %s that was cut', async (format) => {
    const whole = await picture(64, 64).toFormat(format).toBuffer();
    expect(await refusal(whole.subarray(0, Math.round(whole.length * 0.6)))).toEqual(refused(''));
  });

  it('is a picture of too many pixels, whatever the size of its file', async () => {
    const bomb = Buffer.from(encodeGrayPng(new Uint8Array(4), 2, 2));
    bomb.writeUInt32BE(30_000, 16);
    bomb.writeUInt32BE(30_000, 20);
    bomb.writeUInt32BE(crc32(bomb.subarray(12, 29)), 29);
    expect(await refusal(bomb)).toEqual(refused('pixel limit'));
  });
});

describe('loadImage', () => {
  it('names the file that it cannot find', async () => {
    await expect(loadImage('/nowhere/b.png', 4, 4)).rejects.toMatchObject({
      code: 'not_found',
      message: expect.stringContaining('/nowhere/b.png'),
    });
  });
});

describeWith('python-pil', 'loadImage against Pillow', () => {
  it.each([
    ['a JPEG with halved colour', () => smooth().jpeg({ chromaSubsampling: '4:2:0', quality: 90 })],
    ['a progressive JPEG', () => smooth().jpeg({ chromaSubsampling: '4:4:4', progressive: true })],
    ['a JPEG that says it is turned', () => smooth().withMetadata({ orientation: 6 }).jpeg()],
    ['a PNG with a colour profile', () => smooth().withIccProfile('p3').png()],
    ['a PNG with a palette', () => smooth().png({ palette: true })],
  ])('%s, bit for bit', async (_, encode) => {
    const folder = mkdtempSync(join(tmpdir(), 'surgicam-image-'));
    try {
      const file = join(folder, 'picture');
      writeFileSync(file, await encode().toBuffer());
      const script = [
        'import sys, numpy, PIL.Image as I',
        `a = I.open(sys.argv[1]).convert('RGB').resize((320, 256), I.BILINEAR)`,
        'numpy.save(sys.stdout.buffer, numpy.asarray(a))',
      ].join('\n');
      const { stdout } = spawnSync(PYTHON, ['-c', script, file], { maxBuffer: 1 << 26 });
      const { pixels } = await loadImage(file, 320, 256);
      expect(Buffer.from(pixels.buffer).equals(Buffer.from(readNpy(stdout).data.buffer))).toBe(true);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});

/** A picture without hard edges, as a camera's. */
function smooth(): Sharp {
  return picture(32, 24).resize(640, 480);
}
