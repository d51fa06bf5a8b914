import { describe, expect, it } from '@jest/globals';
import { spawnSync } from 'node:child_process';
import { readNpy, writeNpy } from '../../src/files/npy.js';
import { resizeBilinear } from '../../src/localization/resize-bilinear.js';
import { noise } from '../fixtures/noise.js';
import { describeWith, PYTHON } from '../fixtures/requirements.js';

describe('resizeBilinear', () => {
  it('has half-pixel centres and repeats the edges', () => {
    expect([...resizeBilinear(Float32Array.of(0, 1), 2, 1, 4, 1)]).toEqual([0, 0.25, 0.75, 1]);
    expect([...resizeBilinear(Float32Array.of(0, 1), 1, 2, 1, 4)]).toEqual([0, 0.25, 0.75, 1]);
  });

  it('takes two pixels only when shrinking: no antialiasing', () => {
    expect([...resizeBilinear(Float32Array.of(9, 0, 0, 9), 4, 1, 1, 1)]).toEqual([0]);
  });

  it('gives a copy where the size is the same', () => {
    const map = Float32Array.of(1, 2, 3, 4);
    const same = resizeBilinear(map, 2, 2, 2, 2);
    expect(same).toEqual(map);
    expect(same).not.toBe(map);
  });
});

describeWith('python-opencv', 'resizeBilinear against OpenCV', () => {
  it.each([
    [10, 8, 320, 256],
    [11, 7, 333, 251],
    [20, 16, 320, 256],
    [7, 7, 224, 224],
  ])('%i x %i to %i x %i, bit for bit', (sourceWidth, sourceHeight, width, height) => {
    const map = noise(sourceWidth * sourceHeight, 5);
    const script = [
      'import sys, io, numpy, cv2',
      'a = numpy.load(io.BytesIO(sys.stdin.buffer.read()))',
      `numpy.save(sys.stdout.buffer, cv2.resize(a, (${width}, ${height})))`,
    ].join('\n');
    const input = writeNpy(map, [sourceHeight, sourceWidth]);
    const { stdout } = spawnSync(PYTHON, ['-c', script], { input, maxBuffer: 1 << 24 });
    const expected = readNpy(stdout);
    const actual = resizeBilinear(map, sourceWidth, sourceHeight, width, height);
    expect(expected.shape).toEqual([height, width]);
    expect(Buffer.from(actual.buffer).equals(Buffer.from(expected.data.buffer))).toBe(true);
  });
});
