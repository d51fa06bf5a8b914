import { describe, expect, it } from '@jest/globals';
import { ByteRate } from '../../../src/rpc/push/byte-rate.js';

describe('ByteRate', () => {
  it('lets a second of bytes pass at once, and holds the next ones back for as long as they take', async () => {
    const { signal } = new AbortController();
    const rate = new ByteRate(1_000);
    const startMs = performance.now();
    await rate.spend(1_000, signal);
    await rate.spend(100, signal);
    // 100 bytes at 1000 a second, less what was earned since the beginning; timers may be early by one.
    expect(performance.now() - startMs).toBeGreaterThanOrEqual(98);
  });

  it('stops waiting when the call ends', async () => {
    const over = new AbortController();
    const rate = new ByteRate(1);
    const waiting = rate.spend(1_000_000, over.signal);
    over.abort();
    await expect(waiting).rejects.toMatchObject({ name: 'AbortError' });
  });
});
