import { describe, expect, it } from '@jest/globals';
import { classColours, displayName } from '../../src/pictures/class-colours.js';

describe('classColours', () => {
  it('gives known classes their colours, however their names are written', () => {
    expect(classColours(['tissue', 'Bipolar Forceps', 'bipolar_forceps', 'specimen_bag'])).toEqual([
      [255, 97, 3],
      [255, 0, 0],
      [255, 0, 0],
      [255, 20, 147],
    ]);
  });

  it('gives every other class a colour of its own, the same one every time', () => {
    const names = ['tissue', 'hook', ...Array.from({ length: 60 }, (_, i) => `class ${i}`)];
    const colours = classColours(names);
    expect(new Set(colours.map(String)).size).toBe(names.length);
    expect(classColours(names)).toEqual(colours);
  });

  it('keeps the first of them far from each other and from known ones', () => {
    const colours = classColours(['prograsp_forceps', 'suction', 'a', 'b', 'c', 'd', 'e', 'f', 'g', 'h']);
    const distances = colours.flatMap((one, i) =>
      colours.slice(i + 1).map((other) => Math.hypot(...one.map((value, c) => value - other[c]!))),
    );
    expect(Math.min(...distances)).toBeGreaterThanOrEqual(80);
  });
});

describe('displayName', () => {
  it('reads like words', () => {
    expect(displayName('large_needle_driver')).toBe('large needle driver');
  });
});
