import { describe, expect, it } from '@jest/globals';
import { Admission } from '../../../src/rpc/subscription/admission.js';

describe('Admission', () => {
  it('keeps a rate on average', () => {
    const admission = new Admission();
    // 25 frames/s for 10 s, each a little late or early.
    const times = Array.from({ length: 250 }, (_, i) => i * 40 + ((i * 7) % 5));
    const admitted = times.filter((now) => admission.admit(now, now, { maxRate: 10 }));
    expect(admitted).toHaveLength(100);
    expect(admission.takeSkipped()).toEqual({
      slowReader: 0n,
      rateLimited: 150n,
      stale: 0n,
      annotations: 0n,
    });
  });

  it('lets everything through without limits', () => {
    const admission = new Admission();
    expect([0, 0, 1].every((now) => admission.admit(now, -1e6, {}))).toBe(true);
    expect(admission.takeSkipped()).toBeUndefined();
  });

  it('makes no burst after a pause', () => {
    const admission = new Admission();
    const admit = (now: number) => admission.admit(now, now, { maxRate: 10 });
    expect([0, 5000, 5001, 5099, 5100].map(admit)).toEqual([true, true, false, false, true]);
  });

  it('skips what is too old, which costs no turn', () => {
    const admission = new Admission();
    const limits = { maxRate: 1, stalenessBudgetMs: 100 };
    expect(admission.admit(1000, 899, limits)).toBe(false);
    expect(admission.admit(1001, 901, limits)).toBe(true);
    expect(admission.takeSkipped()).toEqual({ slowReader: 0n, rateLimited: 0n, stale: 1n, annotations: 0n });
  });

  it('reports every skipped analysis once', () => {
    const admission = new Admission();
    admission.readerSkipped(3);
    expect(admission.takeSkipped()?.slowReader).toBe(3n);
    expect(admission.takeSkipped()).toBeUndefined();
    admission.readerSkipped(5);
    expect(admission.takeSkipped()?.slowReader).toBe(2n);
  });
});
