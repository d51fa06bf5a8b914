import { describe, expect, it } from '@jest/globals';
import { spawnSync } from 'node:child_process';
import { writeNpy } from '../../src/files/npy.js';
import { greatestOf, overlayHeatmap } from '../../src/localization/overlay.js';
import { noise } from '../fixtures/noise.js';
import { noisePicture } from '../fixtures/picture.js';
import { describeWith, PYTHON } from '../fixtures/requirements.js';

describe('overlayHeatmap', () => {
  it('adds the colours to the frame and divides by the greatest sum', () => {
    const heatmap = { values: Float32Array.of(0, 1), width: 2, height: 1 };
    const mixed = overlayHeatmap(Uint8Array.of(0, 0, 0, 127, 0, 0), 2, 1, heatmap);
    // dark blue 128 and dark red 128; the greatest sum is 128 + 127
    expect([...mixed]).toEqual([0, 0, 128, 255, 0, 0]);
  });

  it('leaves the frame as it was', () => {
    const pixels = Uint8Array.of(9, 8, 7);
    overlayHeatmap(pixels, 1, 1, { values: Float32Array.of(1), width: 1, height: 1 });
    expect([...pixels]).toEqual([9, 8, 7]);
  });
});

describe('greatestOf', () => {
  it('takes the greatest value at every pixel, and nothing of nothing', () => {
    const one = { values: Float32Array.of(0, 0.5), width: 2, height: 1 };
    const other = { values: Float32Array.of(0.25, 0.25), width: 2, height: 1 };
    expect([...greatestOf([one, other])!.values]).toEqual([0.25, 0.5]);
    expect([...one.values]).toEqual([0, 0.5]);
    expect(greatestOf([])).toBeUndefined();
  });
});

describeWith('python-opencv', 'overlayHeatmap against NumPy and OpenCV', () => {
  it.each([
    [320, 256, 320, 256],
    [10, 8, 641, 479],
  ])('a heatmap of %i x %i on a frame of %i x %i, byte for byte', (mapWidth, mapHeight, width, height) => {
    const pixels = noisePicture(width, height);
    const values = noise(mapWidth * mapHeight, 3).map((value) => Math.abs(value) % 1);
    const script = [
      'import sys, io, numpy as np, cv2',
      `raw = sys.stdin.buffer.read()`,
      `frame = np.frombuffer(raw[:${pixels.length}], np.uint8).reshape(${height}, ${width}, 3)`,
      `mask = np.load(io.BytesIO(raw[${pixels.length}:]))`,
      `mask = cv2.resize(mask, (${width}, ${height}))`,
      'heat = cv2.applyColorMap(np.uint8(255 * mask), cv2.COLORMAP_JET)',
      'heat = np.float32(cv2.cvtColor(heat, cv2.COLOR_BGR2RGB)) / 255',
      'both = heat + np.float32(frame) / 255',
      'sys.stdout.buffer.write(np.uint8(255 * (both / np.max(both))).tobytes())',
    ].join('\n');
    const input = Buffer.concat([pixels, writeNpy(values, [mapHeight, mapWidth])]);
    const { stdout } = spawnSync(PYTHON, ['-c', script], { input, maxBuffer: 1 << 24 });
    const mixed = overlayHeatmap(pixels, width, height, { values, width: mapWidth, height: mapHeight });
    expect(stdout.length).toBe(mixed.length);
    expect(stdout.equals(mixed)).toBe(true);
  });
});
