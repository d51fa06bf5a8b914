import { describe, expect, it } from '@jest/globals';
import { DEFAULT_RECONNECT, reconnectDelayMs } from '../../src/feeds/reconnect-policy.js';

describe('reconnectDelayMs', () => {
  it('doubles up to the limit', () => {
    const delays = [1, 2, 3, 4, 20].map((attempt) => reconnectDelayMs(DEFAULT_RECONNECT, attempt, 0));
    expect(delays).toEqual([500, 1000, 2000, 4000, 30_000]);
  });

  it('takes off up to half, so that feeds do not return together', () => {
    expect(reconnectDelayMs(DEFAULT_RECONNECT, 1, 0.5)).toBe(375);
    expect(reconnectDelayMs(DEFAULT_RECONNECT, 1, 0.999)).toBeGreaterThan(250);
  });
});
