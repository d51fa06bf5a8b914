import { describe, expect, it } from '@jest/globals';
import { availableParallelism } from 'node:os';
import { slopePerMinute } from '../../../src/cli/bench/memory-watch.js';
import { familyRssBytes, parseProcessStats, processStats } from '../../../src/cli/bench/process-stats.js';
import { idealRate } from '../../../src/cli/bench/run-bench.js';
import { arrivalRate } from '../../../src/cli/bench/service-speed.js';

describe('what Linux says of a process', () => {
  const status = 'Name:\tffmpeg\nVmHWM:\t  9000 kB\nVmRSS:\t  2048 kB\n';

  it('is read from its stat and status files, whatever its name', () => {
    const stat = '42 (a) b (c) S 7 42 42 0 -1 4194560 100 0 0 0 150 25 3 4 20 0 5 0 1000 1 2 3';
    expect(parseProcessStats(stat, status)).toEqual({
      parentPid: 7,
      cpuSeconds: 1.75,
      rssBytes: 2 * 2 ** 20,
    });
  });

  it('is nothing for a process that is not there', async () => {
    expect(await processStats(2 ** 30)).toBeUndefined();
    expect(await familyRssBytes(2 ** 30)).toBeUndefined();
  });
});

describe('the growth of memory', () => {
  it('is the slope through all samples', () => {
    const samples = [0, 1, 2, 3].map((seconds) => ({ seconds, rssBytes: 1000 + 5 * seconds }));
    expect(slopePerMinute(samples)).toBeCloseTo(300, 6);
    expect(slopePerMinute(samples.slice(0, 1))).toBe(0);
    expect(slopePerMinute([])).toBe(0);
  });
});

describe('the rate of arrivals', () => {
  const at = (atMs: number) => ({ atMs, sequence: 0, ageMs: 0, inferenceMs: 0 });

  it('is frames per second', () => {
    expect(arrivalRate(Array.from({ length: 100 }, (_, index) => at(index * 40)))).toBeCloseTo(25, 6);
    expect(arrivalRate([at(1)])).toBe(0);
  });

  it('is hardly tilted by frames that arrive in bursts', () => {
    // Eight frames every 320 ms are 25 a second; counting them between the first and the last would say 26.2.
    const bursts = Array.from({ length: 160 }, (_, index) => at(Math.floor(index / 8) * 320));
    expect(Math.abs(arrivalRate(bursts) - 25)).toBeLessThan(0.1);
  });
});

describe('the rate that decoding leaves', () => {
  it('pays for the decoding with a share of all cores', () => {
    const decoding = { framesPerSecond: 500, ffmpegCpuSeconds: 0.003, readerCpuSeconds: 0.001 };
    const expected = 1 / (1 / 30 + 0.004 / availableParallelism());
    expect(idealRate(30, decoding)).toBeCloseTo(expected, 9);
  });

  it('is unknown where processor time cannot be seen', () => {
    const decoding = { framesPerSecond: 500, ffmpegCpuSeconds: undefined, readerCpuSeconds: 0.001 };
    expect(idealRate(30, decoding)).toBeUndefined();
  });
});
