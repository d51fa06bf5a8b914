import { describe, expect, it } from '@jest/globals';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import sax from 'sax';
import { GOALS, meets } from '../../../../src/cli/bench/suite/goals.js';
import { findings } from '../../../../src/cli/bench/suite/memory-row.js';
import { plot } from '../../../../src/cli/bench/suite/plot.js';
import { readResults } from '../../../../src/cli/bench/suite/results.js';
import { slopeOf } from '../../../../src/cli/bench/suite/slope.js';
import { temporaryFolder } from '../../../fixtures/temporary-folder.js';

describe('slopeOf', () => {
  it('finds the slope of a line, and how sure it is', () => {
    expect(slopeOf([0, 1, 2, 3].map((x) => [x, 5 + 2 * x] as const))).toEqual({
      perUnit: 2,
      interval: [2, 2],
    });
    const { perUnit, interval } = slopeOf([0, 1, 2, 3].map((x) => [x, x % 2] as const));
    // By hand: variance of x 5, slope 0.2, residual 0.8: half-width 1.96 sqrt(0.4 / 5).
    expect(perUnit).toBeCloseTo(0.2, 12);
    expect(interval[1] - perUnit).toBeCloseTo(1.96 * Math.sqrt(0.08), 12);
  });

  it('knows nothing of fewer than three samples', () => {
    expect(slopeOf([[0, 1]]).interval).toEqual([-Infinity, Infinity]);
    expect(
      slopeOf([
        [0, 1],
        [1, 2],
      ]),
    ).toEqual({ perUnit: 1, interval: [-Infinity, Infinity] });
  });
});

describe('the row of memory', () => {
  const samples = (megabytes: (minute: number) => number) =>
    Array.from({ length: 1200 }, (_, i) => ({ seconds: i * 3, rssBytes: megabytes((i * 3) / 60) * 2 ** 20 }));
  const figure = (rssOf: (minute: number) => number, name: string) =>
    findings(samples(rssOf), 60, 1, 3).figures.find((one) => one.name === name)!;

  it('calls growth a missed goal, and noise none', () => {
    const growth = figure((minute) => 300 + minute / 10, 'lower end of it');
    expect(growth.value).toBeCloseTo(6, 6);
    expect(meets(GOALS[growth.goal!]!, growth.value)).toBe(false);
    const noise = figure((minute) => 300 + (Math.floor(minute) % 2), 'lower end of it');
    expect(meets(GOALS[noise.goal!]!, noise.value)).toBe(true);
  });

  it('leaves the first minutes out', () => {
    expect(figure((minute) => (minute < 5 ? 100 * minute : 500), 'slope').value).toBeCloseTo(0, 6);
  });
});

describe('plot', () => {
  it('is an SVG file with a line a series, whatever is in the words', () => {
    const svg = plot({
      name: 'a',
      title: 'T & <t>',
      xLabel: 'x',
      yLabel: 'y',
      series: [
        {
          name: 'one',
          points: [
            [0, 0],
            [10, 100],
          ],
        },
        { name: 'two', points: [[5, 50]] },
      ],
    });
    const tags: string[] = [];
    const parser = sax.parser(true);
    parser.onopentag = ({ name }) => void tags.push(name);
    parser.write(svg).close();
    expect(tags.filter((name) => name === 'path')).toHaveLength(2);
    expect(tags.filter((name) => name === 'circle')).toHaveLength(3);
  });
});

describe('results of a folder', () => {
  const folder = temporaryFolder();

  it('are none at first, and nothing else is taken for them', async () => {
    expect(await readResults(folder)).toEqual({ rows: {} });
    writeFileSync(join(folder, 'results.json'), '[1]');
    await expect(readResults(folder)).rejects.toThrow(/results\.json is .* allowed: results of the suite/);
  });
});
