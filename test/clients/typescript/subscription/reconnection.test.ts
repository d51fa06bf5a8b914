import { describe, expect, it } from '@jest/globals';
import {
  NotFoundError,
  ResourceExhaustedError,
  SurgicamError,
  UnauthenticatedError,
  UnavailableError,
} from '../../../../clients/typescript/src/index.js';
import { backoffMs } from '../../../../clients/typescript/src/subscription/backoff.js';
import { Reconnection } from '../../../../clients/typescript/src/subscription/reconnection.js';

const lost = new UnavailableError('lost');

describe('the wait before an attempt', () => {
  it('doubles up to a limit, and half of it is left to chance', () => {
    const greatest = [1, 2, 3, 4, 50].map((attempt) => backoffMs(attempt, { maxDelayMs: 1500 }, () => 1));
    expect(greatest).toEqual([250, 500, 1000, 1500, 1500]);
    expect(backoffMs(2, {}, () => 0)).toBe(250);
  });
});

describe('the decision to try again', () => {
  const connected = (options = {}, nowMs?: () => number): Reconnection => {
    const reconnection = new Reconnection(options, nowMs);
    reconnection.connected();
    return reconnection;
  };

  it('is taken for a lost connection that once was, and counts the attempts until there is one again', () => {
    expect(new Reconnection({}).afterLoss(lost)).toBeUndefined();
    const reconnection = connected();
    expect(reconnection.afterLoss(lost)).toBeGreaterThan(0);
    reconnection.afterLoss(lost);
    expect(reconnection.attempt).toBe(2);
    reconnection.connected();
    expect(reconnection.attempt).toBe(0);
  });

  it('waits as long as the service asks for', () => {
    const full = new ResourceExhaustedError('full', { retryDelayMs: 4000 });
    expect(connected().afterLoss(full)).toBe(4000);
  });

  it.each([
    ['wrong credentials', new UnauthenticatedError('who?'), false],
    ['a defect of the service', new SurgicamError('internal', 'internal error'), false],
    ['a reset on the way', new SurgicamError('internal', 'Received RST_STREAM with code 2'), true],
    ['a cancellation that is not ours', new SurgicamError('cancelled', 'Call cancelled'), true],
  ])('after %s', (_, error, again) => {
    expect(connected().afterLoss(error) !== undefined).toBe(again);
  });

  it('is over when it was given up, and when a feed was missing for too long', () => {
    let nowMs = 0;
    const missing = new NotFoundError('no such feed');
    const reconnection = connected({ giveUpAfterMs: 1000, feedGraceMs: 500 }, () => nowMs);
    expect(reconnection.afterLoss(lost)).toBeDefined();
    nowMs = 400;
    expect(reconnection.afterLoss(missing)).toBeDefined();
    nowMs = 901;
    expect(reconnection.afterLoss(missing)).toBeUndefined();
    expect(reconnection.afterLoss(lost)).toBeDefined();
    nowMs = 1001;
    expect(reconnection.afterLoss(lost)).toBeUndefined();
  });
});
