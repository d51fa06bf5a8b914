import { describe, expect, it } from '@jest/globals';
import { spawnSync } from 'node:child_process';
import { readNpy, writeNpy } from '../../src/files/npy.js';
import { resizeAntialiased, resizeInSteps } from '../../src/files/resize-antialiased.js';
import { noisePicture } from '../fixtures/picture.js';
import { describeWith, PYTHON } from '../fixtures/requirements.js';

describe('resizeAntialiased', () => {
  it('leaves a picture of the right size as it is, in a buffer of its own', () => {
    const pixels = noisePicture(20, 10);
    const resized = resizeAntialiased(pixels, 20, 10, 20, 10);
    expect(resized).toEqual(pixels);
    expect(resized.buffer).not.toBe(pixels.buffer);
  });

  it('keeps a picture of one colour', () => {
    expect(new Set(resizeAntialiased(new Uint8Array(3 * 97 * 31).fill(255), 97, 31, 40, 64))).toEqual(
      new Set([255]),
    );
  });
});

describe('resizeInSteps', () => {
  it('gives others a turn before every further megabyte', () => {
    const steps = resizeInSteps(noisePicture(2000, 1000), 2000, 1000, 320, 256);
    expect([...steps].length).toBeGreaterThanOrEqual(5);
  });
});

describeWith('python-pil', 'resizeAntialiased against Pillow', () => {
  it.each([
    [1280, 1024, 320, 256],
    [1920, 1080, 320, 256],
    [100, 80, 320, 256],
    [333, 251, 320, 256],
    [17, 31, 224, 224],
    [320, 500, 320, 256],
    [500, 256, 320, 256],
    [1, 1, 32, 32],
  ])('%i x %i to %i x %i, bit for bit', (sourceWidth, sourceHeight, width, height) => {
    const pixels = noisePicture(sourceWidth, sourceHeight);
    const script = [
      'import sys, io, numpy, PIL.Image as I',
      'a = I.fromarray(numpy.load(io.BytesIO(sys.stdin.buffer.read())))',
      `numpy.save(sys.stdout.buffer, numpy.asarray(a.resize((${width}, ${height}), I.BILINEAR)))`,
    ].join('\n');
    const { stdout } = spawnSync(PYTHON, ['-c', script], {
      input: writeNpy(pixels, [sourceHeight, sourceWidth, 3]),
      maxBuffer: 1 << 26,
    });
    const { shape, data } = readNpy(stdout);
    const actual = resizeAntialiased(pixels, sourceWidth, sourceHeight, width, height);
    expect(shape).toEqual([height, width, 3]);
    expect(Buffer.from(actual.buffer).equals(Buffer.from(data.buffer))).toBe(true);
  });
});
