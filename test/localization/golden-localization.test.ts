import { expect, it } from '@jest/globals';
import { readFileSync } from 'node:fs';
import { readNpy } from '../../src/files/npy.js';
import { fullHeatmap } from '../../src/localization/heatmap.js';
import { PixelMap } from '../../src/localization/pixel-map.js';
import { findRegions } from '../../src/localization/regions.js';
import type { PixelBox } from '../../src/domain/geometry.js';
import { describeWith, sharedPath } from '../fixtures/requirements.js';

const [WIDTH, HEIGHT, PIXELS] = [320, 256, 320 * 256];

const golden = (name: string): string => sharedPath('golden', 'expected', name);
const readJson = (path: string): unknown => JSON.parse(readFileSync(path, 'utf8'));
const boxKey = ({ x1, y1, x2, y2 }: PixelBox): string => [x1, y1, x2, y2].join();
const readFloats = (name: string): Float32Array => readNpy(readFileSync(golden(name))).data as Float32Array;

interface GoldenBox {
  readonly box: readonly number[];
  readonly confidence: number;
}

type BoxesByThreshold = Readonly<Record<string, readonly GoldenBox[]>>;

describeWith('shared', 'localization against the reference implementation', () => {
  it('finds the boxes of all 96 contour sets exactly', () => {
    const maps = readNpy(readFileSync(golden('contours_heatmaps_u8.npy'))).data as Uint8Array;
    const sets = readJson(golden('contours.json')) as readonly BoxesByThreshold[];
    let compared = 0;
    for (const [index, byThreshold] of sets.entries()) {
      const heatmap = Float32Array.from(
        maps.subarray(index * PIXELS, (index + 1) * PIXELS),
        (value) => value / 255,
      );
      for (const [threshold, boxes] of Object.entries(byThreshold)) {
        expectSameBoxes(heatmap, Number(threshold), boxes);
        compared++;
      }
    }
    expect(compared).toBe(96);
  });

  it('resizes and scales native maps to the reference full-size maps', () => {
    for (let frame = 0; frame < 8; frame++) {
      const native = readFloats(`frame00${frame}.gradcam_native.npy`);
      const full = readFloats(`frame00${frame}.gradcam_full.npy`);
      let largest = 0;
      for (let row = 0; row < native.length / 80; row++) {
        const actual = fullHeatmap(native.slice(row * 80, (row + 1) * 80), 10, 8, WIDTH, HEIGHT);
        for (let i = 0; i < PIXELS; i++)
          largest = Math.max(largest, Math.abs(actual[i]! - full[row * PIXELS + i]!));
      }
      expect(largest).toBeLessThan(1e-5);
    }
  });

  it('gives the reference boxes and confidences from the reference maps', () => {
    const index = readJson(sharedPath('golden', 'index.json')) as {
      readonly frames: readonly {
        readonly frame: string;
        readonly classes: readonly { readonly boxes: BoxesByThreshold }[];
      }[];
    };
    for (const { frame, classes } of index.frames.slice(0, 8)) {
      const maps = readFloats(`${frame}.gradcam_full.npy`);
      for (const [row, { boxes }] of classes.entries()) {
        const heatmap = maps.subarray(row * PIXELS, (row + 1) * PIXELS);
        for (const [threshold, expected] of Object.entries(boxes)) {
          expectSameBoxes(heatmap, Number(threshold), expected);
        }
      }
    }
  });
});

function expectSameBoxes(heatmap: Float32Array, threshold: number, expected: readonly GoldenBox[]): void {
  const actual = findRegions(new PixelMap(heatmap, WIDTH, HEIGHT), threshold).map(({ box }) => box);
  expect(actual.map(boxKey).sort()).toEqual(expected.map(({ box }) => box.join()).sort());
  for (const { box, confidence } of expected) {
    const match = actual.find((candidate) => boxKey(candidate) === box.join())!;
    expect(new PixelMap(heatmap, WIDTH, HEIGHT).mean(match)).toBeCloseTo(confidence, 5);
  }
}
