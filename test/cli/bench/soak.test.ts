import { describe, expect, it } from '@jest/globals';
import { LatencyCounter } from '../../../src/cli/bench/soak/latency-counter.js';
import { memoryOf, type SoakReport } from '../../../src/cli/bench/soak/run-soak.js';
import { SoakReader } from '../../../src/cli/bench/soak/soak-reader.js';
import { soakLines } from '../../../src/cli/bench/soak/soak-report.js';
import { FrameAnalysis, FrameDropReason } from '../../../src/rpc/gen/surgicam/v1/analysis.js';
import { GapReason, type SubscribeResponse } from '../../../src/rpc/gen/surgicam/v1/analysis_service.js';
import { runCli } from '../../fixtures/cli.js';

describe('LatencyCounter', () => {
  it('tells percentiles to half a millisecond, and the worst', () => {
    const counter = new LatencyCounter();
    expect([counter.percentile(0.99), counter.max]).toEqual([0, 0]);
    for (let ms = 1; ms <= 1000; ms++) counter.add(ms);
    counter.add(60_000);
    for (const [share, ms] of [
      [0.5, 501],
      [0.99, 991],
    ] as const) {
      expect(Math.abs(counter.percentile(share) - ms)).toBeLessThanOrEqual(0.5);
    }
    expect([counter.count, counter.max]).toEqual([1001, 60_000]);
  });
});

describe('SoakReader', () => {
  const frame = (sequence: number, dropped = 0): SubscribeResponse => ({
    response: {
      $case: 'frameAnalysis',
      value: FrameAnalysis.fromPartial({
        sequence: BigInt(sequence),
        captureTime: new Date(1000),
        framesDropped: dropped === 0 ? [] : [{ reason: FrameDropReason.SUPERSEDED, count: BigInt(dropped) }],
        timing: { inferenceUs: 4_000 },
      }),
    },
    skipped: undefined,
  });

  it('calls lost what nobody said was dropped', () => {
    const reader = new SoakReader(new LatencyCounter());
    for (const [sequence, dropped] of [[10], [11], [14, 2], [17, 1], [20]] as const) {
      reader.accept(frame(sequence, dropped));
    }
    const value = { fromSequence: 18n, toSequence: 19n, reason: GapReason.HISTORY_EXCEEDED };
    reader.accept({ response: { $case: 'gap', value }, skipped: undefined });
    expect([reader.received, reader.lost, reader.inGaps]).toEqual([5, 3, 2]);
  });

  it('counts what the service adds to the run of the model', () => {
    const latencies = new LatencyCounter();
    new SoakReader(latencies).accept(frame(0), 1010);
    expect(latencies.max).toBe(6);
  });
});

describe('surgicam bench soak', () => {
  it('judges memory behind the first minute, or behind the first half', () => {
    const samples = [0, 30, 60, 90, 120].map((seconds) => ({
      seconds,
      rssBytes: (seconds < 60 ? seconds * 10 : 600 + seconds) * 2 ** 20,
    }));
    expect(memoryOf(samples, 120)).toMatchObject({ peakMegabytes: 720, settledAfterSeconds: 60 });
    expect(memoryOf(samples, 120)!.growthMegabytesPerMinute).toBeCloseTo(60, 6);
    expect(memoryOf(samples, 40)).toMatchObject({ settledAfterSeconds: 20 });
    expect(memoryOf([], 40)).toBeNull();
  });

  it('runs a service and reads from it', async () => {
    const flags = ['--feeds', '2', '--fps', '10', '--subscribers', '3', '--minutes', '0.1', '--json'];
    const { code, stdout, stderr } = await runCli(['bench', 'soak', ...flags]);
    expect([code, stderr]).toEqual([0, expect.stringContaining('2 feeds, 3 subscribers')]);
    const report = JSON.parse(stdout) as SoakReport;
    expect(report).toMatchObject({ feeds: 2, fps: 10, subscribers: 3, seconds: 6, lost: 0, inGaps: 0 });
    expect(report.framesAnalyzed).toBeGreaterThan(0);
    expect(report.delivered).toBeGreaterThan(0);
    const { p50, p99, max } = report.addedLatencyMs;
    expect([p50, p99, max]).toEqual([p50, p99, max].sort((a, b) => a - b));
    expect(soakLines(report)).toHaveLength(5);
  }, 120_000);
});
