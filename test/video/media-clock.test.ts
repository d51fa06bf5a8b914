import { describe, expect, it } from '@jest/globals';
import { MediaClock } from '../../src/video/media-clock.js';

function times(...pts: (number | undefined)[]): number[] {
  const clock = new MediaClock();
  return pts.map((value) => clock.next(value));
}

describe('MediaClock', () => {
  it('leaves true times alone, however uneven', () => {
    expect(times(23_000, 63_000, 64_000, 900_000)).toEqual([23_000, 63_000, 64_000, 900_000]);
  });

  it('gives a frame without a time the last distance', () => {
    expect(times(undefined, undefined, 100_000, undefined)).toEqual([0, 40_000, 100_000, 160_000]);
  });

  it('lifts a small step back without shifting what follows', () => {
    expect(times(0, 40_000, 39_000, 40_000, 80_000)).toEqual([0, 40_000, 40_001, 40_002, 80_000]);
  });

  it('goes on where it was when the clock of the source starts again', () => {
    expect(times(0, 5_000_000, 10_000_000, 0, 5_000_000)).toEqual([
      0, 5_000_000, 10_000_000, 15_000_000, 20_000_000,
    ]);
  });
});
