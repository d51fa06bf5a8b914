import { describe, expect, it } from '@jest/globals';
import type { NormalizedPolygon } from '../../src/domain/geometry.js';
import { PixelMap } from '../../src/localization/pixel-map.js';
import { findRegions } from '../../src/localization/regions.js';
import { noise } from '../fixtures/noise.js';

const SIZE = 18;

/** Polygon corners in whole pixels. */
const corners = (outline: NormalizedPolygon): number[] =>
  [...outline].map((value) => Math.round(value * SIZE));

const outlinesOf = (mask: Float32Array) =>
  findRegions(new PixelMap(mask, SIZE, SIZE), 0.5, { outlines: true });

/** Pixels whose centre a polygon's border goes round: a ray to the right crosses it unevenly up and down. */
function enclosedPixels(points: readonly number[]): Set<number> {
  const enclosed = new Set<number>();
  for (let pixel = 0; pixel < SIZE * SIZE; pixel++) {
    const [x, y] = [(pixel % SIZE) + 0.5, Math.floor(pixel / SIZE) + 0.5];
    let winding = 0;
    for (let i = 0; i < points.length; i += 2) {
      const next = (i + 2) % points.length;
      const [fromY, toY] = [points[i + 1]!, points[next + 1]!];
      if (points[i]! < x || Math.min(fromY, toY) > y || Math.max(fromY, toY) < y) continue;
      winding += Math.sign(toY - fromY);
    }
    if (winding !== 0) enclosed.add(pixel);
  }
  return enclosed;
}

/** The pixels that `start` reaches through pixels that `isOpen`, by 4 or 8 neighbours. */
function reach(start: number, isOpen: (pixel: number) => boolean, connectivity: 4 | 8): Set<number> {
  const reached = new Set([start]);
  for (const pixel of reached) {
    const [x, y] = [pixel % SIZE, Math.floor(pixel / SIZE)];
    for (let dy = -1; dy <= 1; dy++) {
      for (let dx = -1; dx <= 1; dx++) {
        const [nx, ny] = [x + dx, y + dy];
        const isDiagonal = dx !== 0 && dy !== 0;
        if ((isDiagonal && connectivity === 4) || nx < 0 || ny < 0 || nx >= SIZE || ny >= SIZE) continue;
        if (isOpen(ny * SIZE + nx)) reached.add(ny * SIZE + nx);
      }
    }
  }
  return reached;
}

/** A component with everything it surrounds: all that the outside does not reach around it. */
function filledUp(mask: Float32Array, start: number): Set<number> {
  const value = mask[start]!;
  const component = reach(start, (pixel) => mask[pixel] === value, value === 1 ? 8 : 4);
  // Pixel 0 is outside: the masks below have an empty frame around them.
  const outside = reach(0, (pixel) => !component.has(pixel), value === 1 ? 4 : 8);
  return new Set(Array.from({ length: SIZE * SIZE }, (_, i) => i).filter((pixel) => !outside.has(pixel)));
}

function framedMask(seed: number, density: number): Float32Array {
  return noise(SIZE * SIZE, seed).map((value, i) => {
    const [x, y] = [i % SIZE, Math.floor(i / SIZE)];
    const isFrame = x === 0 || y === 0 || x === SIZE - 1 || y === SIZE - 1;
    return !isFrame && value < density ? 1 : 0;
  });
}

describe('outlines', () => {
  it('have the corners of a region and of its hole, and no point between corners', () => {
    const ring = new Float32Array(SIZE * SIZE);
    for (let y = 2; y < 16; y++) ring.fill(1, y * SIZE + 2, y * SIZE + 16);
    for (let y = 6; y < 10; y++) ring.fill(0, y * SIZE + 7, y * SIZE + 12);
    expect(outlinesOf(ring).map(({ outline }) => corners(outline!))).toEqual([
      [2, 2, 16, 2, 16, 16, 2, 16],
      [7, 6, 12, 6, 12, 10, 7, 10],
    ]);
  });

  it('stay on the frame where a region touches it', () => {
    expect(outlinesOf(new Float32Array(SIZE * SIZE).fill(1)).map(({ outline }) => [...outline!])).toEqual([
      [0, 0, 1, 0, 1, 1, 0, 1],
    ]);
  });

  it('enclose exactly the pixels of the region or hole, in random masks of every density', () => {
    let compared = 0;
    for (let seed = 1; seed <= 120; seed++) {
      const mask = framedMask(seed, 0.2 + (seed % 7) / 10);
      for (const { outline } of outlinesOf(mask)) {
        const points = corners(outline!);
        // An outline begins at the top left corner of its component's first pixel.
        const start = points[1]! * SIZE + points[0]!;
        expect(enclosedPixels(points)).toEqual(filledUp(mask, start));
        compared++;
      }
    }
    expect(compared).toBeGreaterThan(200);
  });

  it('have turns only: every edge is at a right angle to the one before', () => {
    for (const { outline } of outlinesOf(framedMask(3, 0.6))) {
      const points = corners(outline!);
      for (let i = 0; i < points.length; i += 2) {
        const at = (k: number): number => points[(i + k) % points.length]!;
        const isAcross = at(1) === at(3) && at(0) !== at(2);
        const isNextDown = at(2) === at(4) && at(3) !== at(5);
        const isDown = at(0) === at(2) && at(1) !== at(3);
        const isNextAcross = at(3) === at(5) && at(2) !== at(4);
        expect((isAcross && isNextDown) || (isDown && isNextAcross)).toBe(true);
      }
    }
  });
});
