import { describe, expect, it } from '@jest/globals';
import { ServiceTimes } from '../../src/inference/service-times.js';

describe('ServiceTimes', () => {
  it('knows nothing before the first batch', () => {
    expect(new ServiceTimes().predict(1)).toBeUndefined();
  });

  it('predicts between what was measured on a line, below as the least, beyond in proportion', () => {
    const times = new ServiceTimes();
    times.observe(2, 10);
    times.observe(6, 18);
    expect([1, 2, 3, 4, 6, 12].map((size) => times.predict(size))).toEqual([10, 10, 12, 14, 18, 36]);
  });

  it('follows a change, and is not thrown by one outlier', () => {
    const times = new ServiceTimes();
    for (let i = 0; i < 50; i++) times.observe(4, 10);
    times.observe(4, 60);
    expect(times.predict(4)).toBe(20);
    for (let i = 0; i < 50; i++) times.observe(4, 30);
    expect(times.predict(4)).toBeCloseTo(30, 2);
  });
});
