import { describe, expect, it } from '@jest/globals';
import { analysisLine, clock, presence } from '../../../src/cli/terminal/analysis-line.js';
import { tableLines } from '../../../src/cli/terminal/live-table.js';
import { RateMeter } from '../../../src/cli/terminal/rate-meter.js';
import { FrameDropReason } from '../../../src/rpc/gen/surgicam/v1/analysis.js';
import { analysisMessage, score } from '../../fixtures/analysis-message.js';

function meterOf(ages: readonly number[]): RateMeter {
  const meter = new RateMeter();
  ages.forEach((age, index) => meter.add(index * 40, age));
  return meter;
}

describe('an analysis as a line', () => {
  it('says when, how fast, how old, and what with its boxes', () => {
    expect(analysisLine(analysisMessage(), meterOf([40, 41, 42]))).toBe(
      '01:05.250 #131     25.0 frames/s   41 ms  grasper 0.98 [32,64 160,192]',
    );
  });

  it('says that nothing is present', () => {
    const none = analysisMessage({ classScores: [score(0, 'grasper', 0.1)], detections: [] });
    expect(presence(none)).toBe('nothing present');
  });

  it('shows the surest box of a class and counts the others', () => {
    const [one] = analysisMessage().detections;
    const surer = { ...one!, confidence: 0.9, inputBox: { x1: 1, y1: 2, x2: 3, y2: 4 } };
    expect(presence(analysisMessage({ detections: [one!, surer, one!] }))).toBe('grasper 0.98 [1,2 3,4] +2');
  });

  it('shows a present class that has no box', () => {
    expect(presence(analysisMessage({ detections: [] }))).toBe('grasper 0.98');
  });

  it('writes media times of more than an hour', () => {
    expect([clock(0n), clock(59_999_999n), clock(3_723_004_000n)]).toEqual([
      '00:00.000',
      '00:59.999',
      '62:03.004',
    ]);
  });
});

describe('an analysis as a table', () => {
  const facts = { feedId: 'or-1', state: 'live', skipped: 4 };

  it('has a line for each class and marks the present ones', () => {
    const lines = tableLines(analysisMessage(), { ...facts, meter: meterOf([40, 40, 60]) });
    expect(lines).toEqual([
      'or-1: live   phantom 1.0.0   01:05.250 frame 131',
      '25.0 frames/s   age p50 40 ms, p95 60 ms   dropped before this frame 0   skipped 4',
      '',
      '> grasper 0.980 #################### [32,64 160,192] 0.63',
      '  hook    0.020 ....................',
    ]);
  });

  it('counts the frames dropped for any reason', () => {
    const framesDropped = [
      { reason: FrameDropReason.SUPERSEDED, count: 2n },
      { reason: FrameDropReason.RATE_LIMITED, count: 3n },
    ];
    const lines = tableLines(analysisMessage({ framesDropped }), { ...facts, meter: new RateMeter() });
    expect(lines[1]).toContain('dropped before this frame 5');
  });

  it('is the state before the first analysis', () => {
    expect(tableLines(undefined, { ...facts, meter: new RateMeter() })).toEqual(['or-1: live']);
  });
});
