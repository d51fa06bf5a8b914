import { describe, expect, it } from '@jest/globals';
import { median, percentile, RateMeter } from '../../../src/cli/terminal/rate-meter.js';

describe('a rate meter', () => {
  it('knows nothing before the second event', () => {
    const meter = new RateMeter();
    expect([meter.rate, meter.percentile(0.5)]).toEqual([0, 0]);
    meter.add(10, 7);
    expect([meter.rate, meter.percentile(0.5)]).toEqual([0, 7]);
  });

  it('counts events per second over its window and forgets older ones', () => {
    const meter = new RateMeter(1_000);
    for (let at = 0; at <= 2_000; at += 500) meter.add(at, at);
    expect(meter.rate).toBe(2); // 1000, 1500, 2000
    expect(meter.percentile(0)).toBe(1_000);
    for (let at = 2_010; at <= 3_000; at += 10) meter.add(at, 1);
    expect(meter.rate).toBeCloseTo(100, 0);
  });
});

describe('statistics', () => {
  it('take the nearest rank', () => {
    const values = [5, 1, 4, 2, 3];
    expect([0, 0.2, 0.5, 0.95, 1].map((p) => percentile(values, p))).toEqual([1, 1, 3, 5, 5]);
    expect(percentile([], 0.5)).toBe(0);
  });

  it('have a median of even and odd counts', () => {
    expect([median([]), median([3, 1, 2]), median([4, 1, 2, 3])]).toEqual([0, 2, 2.5]);
  });
});
