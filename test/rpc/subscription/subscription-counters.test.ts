import { describe, expect, it } from '@jest/globals';
import { Admission } from '../../../src/rpc/subscription/admission.js';
import { SubscriptionCounters } from '../../../src/rpc/subscription/subscription-counters.js';

describe('SubscriptionCounters', () => {
  it('know who is there, and forget feeds that nobody follows', () => {
    const counters = new SubscriptionCounters();
    const ends = ['or-1', 'or-1', 'or-2'].map((feed) => counters.open(feed));
    expect([...counters.openByFeed]).toEqual([
      ['or-1', 2],
      ['or-2', 1],
    ]);
    for (const end of ends) end();
    expect([counters.openByFeed.size, counters.begun]).toEqual([0, 3]);
  });

  it('hear from an admission of everything that was not sent', () => {
    const counters = new SubscriptionCounters();
    const admission = new Admission(counters);
    admission.admit(1000, 0, { stalenessBudgetMs: 100 });
    for (const nowMs of [1000, 1001, 1002]) admission.admit(nowMs, nowMs, { maxRate: 1 });
    for (const total of [0, 4, 4, 9]) admission.readerSkipped(total);
    expect(counters.skipped).toEqual({ stale: 1, rate_limited: 2, slow_reader: 9 });
  });
});
