import { describe, expect, it } from '@jest/globals';
import { Latch } from '../../../src/rpc/calls/latch.js';

describe('Latch', () => {
  const never = new AbortController().signal;

  it('keeps a notification that nobody waited for, and only one', async () => {
    const latch = new Latch();
    latch.notify();
    latch.notify();
    await latch.wait(never);
    let woken = false;
    const second = latch.wait(never).then(() => (woken = true));
    await Promise.resolve();
    expect(woken).toBe(false);
    latch.notify();
    await second;
    expect(woken).toBe(true);
  });

  it('wakes when the signal is aborted, before or while it waits', async () => {
    const controller = new AbortController();
    const waiting = new Latch().wait(controller.signal);
    controller.abort();
    await expect(waiting).resolves.toBeUndefined();
    await expect(new Latch().wait(controller.signal)).resolves.toBeUndefined();
  });
});
