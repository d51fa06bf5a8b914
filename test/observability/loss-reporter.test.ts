import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { pino } from 'pino';
import { LossReporter } from '../../src/observability/loss-reporter.js';

describe('LossReporter', () => {
  const lines: Record<string, unknown>[] = [];
  const logger = pino(
    { base: null, timestamp: false },
    { write: (line: string) => lines.push(JSON.parse(line) as Record<string, unknown>) },
  );
  let reporter: LossReporter;

  beforeEach(() => {
    jest.useFakeTimers();
    lines.length = 0;
    reporter = new LossReporter(logger, 'frames lost');
  });

  afterEach(() => {
    jest.useRealTimers();
  });

  it('writes one line a second however much is lost, with the counts by reason', () => {
    for (let ms = 0; ms < 3000; ms += 10) {
      reporter.add('superseded');
      if (ms % 100 === 0) reporter.add('inference_failed', 2);
      jest.advanceTimersByTime(10);
    }
    expect(lines).toHaveLength(3);
    expect(lines[0]).toEqual({ level: 40, msg: 'frames lost', superseded: 100, inference_failed: 20 });
    jest.advanceTimersByTime(60_000);
    expect(lines).toHaveLength(3);
  });

  it('writes what is left at once when it is flushed, and nothing when there is nothing', () => {
    reporter.flush();
    reporter.add('superseded');
    reporter.flush();
    jest.advanceTimersByTime(60_000);
    expect(lines).toEqual([{ level: 40, msg: 'frames lost', superseded: 1 }]);
  });
});
