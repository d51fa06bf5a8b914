import { describe, expect, it } from '@jest/globals';
import { FrameClock } from '../../../src/video/phantom/frame-clock.js';

describe('FrameClock', () => {
  it('counts due times from the start, so that lateness does not add up', () => {
    const clock = new FrameClock(25, 1000);
    expect(clock.waitMs(0, 1000)).toBe(0);
    expect(clock.waitMs(1, 1005)).toBe(35);
    expect(clock.waitMs(2, 1090)).toBe(0);
    expect(clock.waitMs(3, 1090)).toBe(30);
  });

  it('goes on from where it is after a long halt', () => {
    const clock = new FrameClock(25, 0);
    expect(clock.waitMs(1, 60_000)).toBe(0);
    expect(clock.waitMs(2, 60_000)).toBe(40);
  });
});
