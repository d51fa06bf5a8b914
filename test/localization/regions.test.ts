import { describe, expect, it } from '@jest/globals';
import { PixelMap } from '../../src/localization/pixel-map.js';
import { findRegions } from '../../src/localization/regions.js';
import { noise } from '../fixtures/noise.js';

function randomMask(seed: number, size: number, density: number): Float32Array {
  return noise(size * size, seed).map((value) => (value < density ? 1 : 0));
}

/** The same boxes by flood fill, straight from the definition. */
function boxesByFloodFill(mask: Float32Array, size: number): string[] {
  const seen = new Uint8Array(size * size);
  const boxes: string[] = [];
  for (let start = 0; start < mask.length; start++) {
    if (seen[start] === 1) continue;
    const value = mask[start]!;
    const stack = [start];
    seen[start] = 1;
    let [x1, y1, x2, y2, outside] = [size, size, 0, 0, false];
    while (stack.length > 0) {
      const pixel = stack.pop()!;
      const [x, y] = [pixel % size, Math.floor(pixel / size)];
      [x1, y1, x2, y2] = [Math.min(x1, x), Math.min(y1, y), Math.max(x2, x + 1), Math.max(y2, y + 1)];
      for (let dy = -1; dy <= 1; dy++) {
        for (let dx = -1; dx <= 1; dx++) {
          if (value === 0 && dx !== 0 && dy !== 0) continue;
          const [nx, ny] = [x + dx, y + dy];
          if (nx < 0 || ny < 0 || nx >= size || ny >= size) {
            outside = true;
            continue;
          }
          const neighbour = ny * size + nx;
          if (seen[neighbour] === 1 || mask[neighbour] !== value) continue;
          seen[neighbour] = 1;
          stack.push(neighbour);
        }
      }
    }
    if (value === 0 && outside) continue;
    if (value === 0) [x1, y1, x2, y2] = [x1 - 1, y1 - 1, x2 + 1, y2 + 1];
    if ((x2 - x1) * (y2 - y1) > 25) boxes.push([x1, y1, x2, y2].join());
  }
  return boxes.sort();
}

const keys = (mask: Float32Array, width: number, height: number): string[] =>
  findRegions(new PixelMap(mask, width, height), 0.5)
    .map(({ box }) => [box.x1, box.y1, box.x2, box.y2].join())
    .sort();

function filled(size: number, x1: number, y1: number, x2: number, y2: number): Float32Array {
  return Float32Array.from({ length: size * size }, (_, i) => {
    const [x, y] = [i % size, Math.floor(i / size)];
    return x >= x1 && x < x2 && y >= y1 && y < y2 ? 1 : 0;
  });
}

describe('findRegions', () => {
  it('agrees with a flood fill on random masks of every density', () => {
    for (let seed = 1; seed <= 200; seed++) {
      const mask = randomMask(seed, 24, 0.2 + (seed % 7) / 10);
      expect(keys(mask, 24, 24)).toEqual(boxesByFloodFill(mask, 24));
    }
  });

  it('leaves out rectangles of 25 pixels or less, strictly', () => {
    expect(keys(filled(16, 2, 2, 7, 7), 16, 16)).toEqual([]);
    expect(keys(filled(16, 2, 2, 7, 8), 16, 16)).toEqual(['2,2,7,8']);
  });

  it('takes values strictly above the threshold', () => {
    const map = filled(16, 0, 0, 16, 16).map((value) => value * 0.5);
    expect(findRegions(new PixelMap(map, 16, 16), 0.5)).toEqual([]);
    expect(findRegions(new PixelMap(map, 16, 16), 0.4999)).toHaveLength(1);
  });

  it('reports a hole by its box grown by one pixel', () => {
    const ring = filled(20, 2, 2, 18, 18);
    for (let y = 6; y < 12; y++) ring.fill(0, y * 20 + 7, y * 20 + 13);
    expect(keys(ring, 20, 20)).toEqual(['2,2,18,18', '6,5,14,13']);
  });

  it('covers the frame when everything is above, and finds nothing when nothing is', () => {
    expect(keys(new Float32Array(400).fill(1), 20, 20)).toEqual(['0,0,20,20']);
    expect(keys(new Float32Array(400), 20, 20)).toEqual([]);
  });

  it('compares thresholds as float32, as the reference does', () => {
    for (const threshold of [0.1, 0.2, 0.3, 0.4, 0.6, 0.7]) {
      expect(findRegions(new PixelMap(new Float32Array(400).fill(threshold), 20, 20), threshold)).toEqual([]);
    }
  });

  it('takes what is not a number as background', () => {
    expect(findRegions(new PixelMap(new Float32Array(400).fill(NaN), 20, 20), 0.3)).toEqual([]);
  });
});

describe('boxConfidence', () => {
  it('is the mean inside the box', () => {
    const map = Float32Array.from({ length: 100 }, (_, i) => i);
    const box = { x1: 2, y1: 3, x2: 5, y2: 5 };
    expect(new PixelMap(map, 10, 10).mean(box)).toBe((32 + 33 + 34 + 42 + 43 + 44) / 6);
  });
});
