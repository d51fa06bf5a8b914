import { describe, expect, it } from '@jest/globals';
import { OpenCalls } from '../../../src/rpc/calls/open-calls.js';
import { Slots } from '../../../src/rpc/calls/slots.js';
import { errorOf } from '../../fixtures/errors.js';

const never = new AbortController().signal;

describe('OpenCalls', () => {
  it('is idle when the last call is over, each counted once', async () => {
    const calls = new OpenCalls();
    const releases = [calls.admit(), calls.admit()];
    let idle = false;
    const waiting = calls.whenIdle(never).then(() => (idle = true));
    releases[0]!();
    releases[0]!();
    await Promise.resolve();
    expect(idle).toBe(false);
    releases[1]!();
    await waiting;
    expect(idle).toBe(true);
    await calls.whenIdle(never);
  });

  it('lets nobody in while draining, and says so to those inside', async () => {
    const calls = new OpenCalls();
    expect(calls.draining.aborted).toBe(false);
    calls.drain();
    expect(calls.draining.aborted).toBe(true);
    expect(await errorOf(() => calls.admit())).toMatchObject({ code: 'unavailable', retryAfterMs: 1000 });
  });

  it('stops waiting at the deadline', async () => {
    const calls = new OpenCalls();
    calls.admit();
    const deadline = new AbortController();
    const waiting = calls.whenIdle(deadline.signal);
    deadline.abort();
    await expect(waiting).resolves.toBeUndefined();
  });
});

describe('Slots', () => {
  it('refuses more than there are, naming the limit, and takes slots back once', async () => {
    const slots = new Slots('maxSubscriptions', 1);
    const release = slots.take();
    expect(await errorOf(() => slots.take())).toMatchObject({
      code: 'resource_exhausted',
      message: 'maxSubscriptions is 1 and all are taken; try again later',
      resource: { type: 'limit', name: 'maxSubscriptions' },
    });
    release();
    release();
    slots.take();
    expect((await errorOf(() => slots.take())).code).toBe('resource_exhausted');
  });
});
