import { describe, expect, it } from '@jest/globals';
import { join } from 'node:path';
import { fairnessLines } from '../../../src/cli/bench/fairness/fairness-report.js';
import { jainIndex, maxMinShares } from '../../../src/cli/bench/fairness/max-min.js';
import type { FairnessReport } from '../../../src/cli/bench/fairness/run-fairness.js';
import { runCli } from '../../fixtures/cli.js';
import { writeSmallPackage } from '../../fixtures/small-package.js';
import { temporaryFolder } from '../../fixtures/temporary-folder.js';

describe('maxMinShares', () => {
  it.each<readonly [readonly number[], number, readonly number[]]>([
    [[60, 30, 25, 10], 1000, [60, 30, 25, 10]],
    [[60, 30, 25, 10], 40, [10, 10, 10, 10]],
    [[60, 30, 25, 10], 70, [20, 20, 20, 10]],
    [[60, 30, 25, 10], 100, [35, 30, 25, 10]],
    [[10, 60], 0, [0, 0]],
    [[], 5, []],
  ])('%p of %p is %p', (demands, capacity, shares) => {
    expect(maxMinShares(demands, capacity)).toEqual(shares);
  });
});

describe('jainIndex', () => {
  it('is 1 for equals and 1 / n for one who has everything', () => {
    expect([jainIndex([3, 3, 3]), jainIndex([1, 0, 0, 0]), jainIndex([0, 0])]).toEqual([1, 0.25, 1]);
  });
});

describe('surgicam bench fairness', () => {
  const folder = temporaryFolder();

  it('accounts for every frame of every feed', async () => {
    const model = join(folder, 'small');
    await writeSmallPackage(model);
    const flags = ['--model', model, '--feeds', '30@320x240,10@64x64', '--seconds', '2', '--json'];
    const { code, stdout, stderr } = await runCli(['bench', 'fairness', ...flags]);
    expect([code, stderr]).toEqual([0, expect.stringContaining('2 live feeds, 2 s')]);
    const report = JSON.parse(stdout) as FairnessReport;
    expect(report.feeds.map(({ fps, width }) => [fps, width])).toEqual([
      [30, 320],
      [10, 64],
    ]);
    for (const { decoded, analyzed, dropped, waiting } of report.feeds) {
      expect(decoded).toBe(analyzed + dropped + waiting);
      expect(analyzed).toBeGreaterThan(0);
      // A frame waits and some are at work, at either end of the measured time.
      expect(Math.abs(waiting)).toBeLessThanOrEqual(8);
    }
    const fair = report.feeds.reduce((sum, { fairShare }) => sum + fairShare, 0);
    const analyzed = report.feeds.reduce((sum, feed) => sum + feed.analyzed, 0);
    expect(fair).toBeLessThanOrEqual(analyzed + 1e-9);
    expect(report.jain).toBeGreaterThan(0);
    expect(report.jain).toBeLessThanOrEqual(1);
    expect(fairnessLines(report)).toHaveLength(5);
  }, 120_000);

  it('refuses feeds that it does not understand', async () => {
    const { code, stderr } = await runCli(['bench', 'fairness', '--feeds', '30']);
    expect([code, stderr]).toEqual([2, expect.stringContaining('rate@WIDTHxHEIGHT')]);
  });
});
