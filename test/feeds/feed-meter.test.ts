import { describe, expect, it } from '@jest/globals';
import { FeedMeter } from '../../src/feeds/feed-meter.js';
import { sampleAnalysis } from '../fixtures/sample-analysis.js';

const analyzedAfter = (latencyMs: number, atMs = 0) =>
  sampleAnalysis({}, { capturedAtMonotonicMs: atMs - latencyMs, analyzedAtMonotonicMs: atMs }).facts;

describe('FeedMeter', () => {
  it('is all zero in the beginning', () => {
    expect(new FeedMeter().counters(0)).toEqual({
      ...{ framesDecoded: 0, framesAnalyzed: 0, framesDropped: 0, dropsByReason: {} },
      ...{ stalls: 0, freezes: 0, reconnects: 0 },
      ...{ inputRate: 0, analyzedRate: 0, latencyP50Ms: 0, latencyP95Ms: 0, latencyP99Ms: 0 },
    });
  });

  it('counts drops by reason', () => {
    const meter = new FeedMeter();
    for (const reason of ['superseded', 'superseded', 'rate_limited'] as const) meter.countDropped(reason);
    const { framesDropped, dropsByReason } = meter.counters(0);
    expect(framesDropped).toBe(3);
    expect(dropsByReason).toEqual({ superseded: 2, rate_limited: 1 });
  });

  it('tells rates over the last seconds', () => {
    const meter = new FeedMeter();
    for (let ms = 0; ms < 10_000; ms += 40) meter.countDecoded(ms);
    for (let ms = 0; ms < 10_000; ms += 100) meter.countAnalyzed(analyzedAfter(5, ms));
    expect(meter.counters(10_000)).toMatchObject({ inputRate: 25, analyzedRate: 10 });
    expect(meter.counters(12_500).inputRate).toBe(12.5);
    expect(meter.counters(60_000).inputRate).toBe(0);
  });

  it('tells percentiles of the last 512 latencies', () => {
    const meter = new FeedMeter();
    for (let i = 0; i < 512; i++) meter.countAnalyzed(analyzedAfter(5000));
    for (let ms = 1; ms <= 400; ms++) meter.countAnalyzed(analyzedAfter(ms));
    expect(meter.counters(0)).toMatchObject({ latencyP50Ms: 256, latencyP95Ms: 5000 });
    for (let ms = 401; ms <= 512; ms++) meter.countAnalyzed(analyzedAfter(ms));
    expect(meter.counters(0)).toMatchObject({ latencyP50Ms: 256, latencyP95Ms: 487, latencyP99Ms: 507 });
  });
});
