import { describe, expect, it } from '@jest/globals';
import { RateLimit } from '../../../src/rpc/calls/rate-limit.js';
import { errorOf } from '../../fixtures/errors.js';

describe('RateLimit', () => {
  it('lets a second of them through at once, and then as they are earned', async () => {
    const limit = new RateLimit('maxThings', 4, 1000);
    for (let i = 0; i < 4; i++) limit.take(1000);
    const error = await errorOf(() => limit.take(1000));
    expect(error).toMatchObject({ code: 'resource_exhausted', retryAfterMs: 250 });
    expect(error.message).toContain('maxThings is 4 a second');
    limit.take(1250);
    expect(() => limit.take(1300)).toThrow('maxThings');
    for (let i = 0; i < 4; i++) limit.take(60_000);
    expect(() => limit.take(60_000)).toThrow('maxThings');
  });
});
