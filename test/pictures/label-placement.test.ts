import { describe, expect, it } from '@jest/globals';
import { overlap, placeLabels, type Area, type LabelRequest } from '../../src/pictures/label-placement.js';

const label = (x: number, y: number, width: number, height: number): LabelRequest => ({
  anchor: { x, y, width, height },
  width: 60,
  height: 12,
});

const isInside = ({ x, y, width, height }: Area): boolean =>
  x >= 0 && y >= 0 && x + width <= 200 && y + height <= 150;

describe('placeLabels', () => {
  it('stands above the left corner where there is room', () => {
    expect(placeLabels([label(40, 50, 100, 60)], 200, 150)).toEqual([
      { x: 40, y: 38, width: 60, height: 12 },
    ]);
  });

  it('goes inside a box that begins at the upper edge, and left of the right edge', () => {
    const [area] = placeLabels([label(0, 0, 200, 150)], 200, 150);
    expect(area).toEqual({ x: 0, y: 0, width: 60, height: 12 });
    const [other] = placeLabels([label(190, 50, 10, 20)], 200, 150);
    expect(other).toEqual({ x: 140, y: 38, width: 60, height: 12 });
  });

  it('does not cover a small box in the corner', () => {
    const [area] = placeLabels([label(0, 0, 50, 14)], 200, 150);
    expect(overlap(area!, { x: 0, y: 0, width: 50, height: 14 })).toBe(0);
  });

  it('hides no other label and never leaves the picture, even with ten boxes in one place', () => {
    const areas = placeLabels(
      Array.from({ length: 10 }, (_, i) => label(20 + i, 30 + i, 80, 60)),
      200,
      150,
    );
    expect(areas.every(isInside)).toBe(true);
    for (const [i, one] of areas.entries()) {
      for (const other of areas.slice(i + 1)) expect(overlap(one, other)).toBe(0);
    }
  });

  it('still places every label where there is no room at all', () => {
    const areas = placeLabels(
      Array.from({ length: 60 }, () => label(0, 0, 200, 150)),
      200,
      150,
    );
    expect(areas).toHaveLength(60);
    expect(areas.every(isInside)).toBe(true);
  });
});
