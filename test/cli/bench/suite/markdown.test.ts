import { describe, expect, it } from '@jest/globals';
import { markdownOf, number } from '../../../../src/cli/bench/suite/markdown.js';
import type { MeasuredRow } from '../../../../src/cli/bench/suite/results.js';

const ROW: MeasuredRow = {
  how: 'By a test',
  figures: [
    { name: 'slow', value: 1499, unit: 'frames/s', goal: 'ceiling.rate' },
    { name: 'fast', value: 1500, unit: 'frames/s', spread: [1000, 1600], goal: 'ceiling.rate' },
    { name: 'without a goal', value: 0.1234, unit: 'ms' },
  ],
  charts: [{ name: 'picture', title: 'A picture', xLabel: 'x', yLabel: 'y', series: [] }],
  notMeasured: ['the moon: too far'],
  measuredAt: '2026-01-02T03:04:05.000Z',
  tookSeconds: 61,
  busyBefore: 2,
  version: '1.2.3',
  machine: {
    cores: 2,
    processor: 'P',
    memoryGigabytes: 24,
    system: 'linux',
    node: 'v20',
    onnxruntime: '1.30.0',
  },
};

describe('the page of results', () => {
  const page = markdownOf({ rows: { ceiling: ROW } });

  it('says of each figure whether its goal is met, and how far repetitions were apart', () => {
    expect(page).toContain('| slow | 1499 frames/s | at least 1500: **missed** |');
    expect(page).toContain('| fast | 1500 frames/s (1000 to 1600) | at least 1500: met |');
    expect(page).toContain('| without a goal | 0.123 ms |  |');
  });

  it('says when, on what, and that the machine was not quiet', () => {
    expect(page).toMatch(/\*2026-01-02, 2 cores of P, 24 GiB, Node v20, onnxruntime 1\.30\.0; took 61 s/);
    expect(page).toContain('**the machine had other work** (2.0 processors)');
    expect(page).toContain('repetitions differ by more than a fifth');
  });

  it('shows charts, and what was not measured', () => {
    expect(page).toContain('![A picture](picture.svg)');
    expect(page).toContain('- Not measured: the moon: too far');
    expect(page).toMatch(/## Graphics cards\n\nNot measured\./);
  });

  it('gives three figures that count', () => {
    expect([1234.5, 12.345, 1.2345, 0.12345, 7, Infinity].map(number)).toEqual([
      '1235',
      '12.3',
      '1.23',
      '0.123',
      '7',
      'unknown',
    ]);
  });
});
