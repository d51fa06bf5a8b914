import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { watchSilence } from '../../src/video/silence-watch.js';

describe('watchSilence', () => {
  beforeEach(() => {
    jest.useFakeTimers();
  });
  afterEach(() => {
    jest.useRealTimers();
  });

  it('gives up once, after the whole time', () => {
    let given = 0;
    const startMs = performance.now();
    const watch = watchSilence(
      { silentForMs: (nowMs) => nowMs - startMs },
      () => 5_000,
      () => given++,
    );
    jest.advanceTimersByTime(4_999);
    expect([given, watch.silentForMs]).toEqual([0, undefined]);
    jest.advanceTimersByTime(5_000);
    expect(given).toBe(1);
    expect(watch.silentForMs).toBeGreaterThanOrEqual(5_000);
  });

  it('waits while something comes, or while nothing is waited for', () => {
    let given = 0;
    const watch = watchSilence(
      { silentForMs: () => 0 },
      () => 5_000,
      () => given++,
    );
    jest.advanceTimersByTime(60_000);
    expect(given).toBe(0);
    watch.stop();
    expect(jest.getTimerCount()).toBe(0);
  });

  it('waits longer once more patience is asked for', () => {
    let given = 0;
    let patience = 5_000;
    const startMs = performance.now();
    watchSilence(
      { silentForMs: (nowMs) => nowMs - startMs },
      () => patience,
      () => given++,
    );
    jest.advanceTimersByTime(4_000);
    patience = 15_000;
    jest.advanceTimersByTime(10_000);
    expect(given).toBe(0);
    jest.advanceTimersByTime(2_000);
    expect(given).toBe(1);
  });

  it('looks again once the input that had queued up is read', () => {
    let silence = 10_000;
    let given = 0;
    watchSilence(
      { silentForMs: () => silence },
      () => 5_000,
      () => given++,
    );
    jest.advanceTimersByTime(1_000 - 1);
    setImmediate(() => (silence = 0)); // comes before the second look
    jest.advanceTimersByTime(1);
    expect(given).toBe(0);
  });
});
