import { beforeAll, describe, expect, it } from '@jest/globals';
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ReferenceReport } from '../../../src/cli/bench/reference/reference-report.js';
import { runCli } from '../../fixtures/cli.js';
import { describeWith, PROJECT_ROOT, PYTHON } from '../../fixtures/requirements.js';
import { temporaryFolder } from '../../fixtures/temporary-folder.js';

const folder = temporaryFolder();

describeWith(['python-torch', 'python-opencv'], 'surgicam bench reference', () => {
  const checkpoint = join(folder, 'tiny.pth.tar');
  const turns = [
    '--checkpoint',
    checkpoint,
    '--python',
    PYTHON,
    '--frames',
    '2',
    '--rounds',
    '2',
    '--threads',
    '1',
  ];

  beforeAll(() => {
    const script = join(PROJECT_ROOT, 'models', 'training', 'random_checkpoint.py');
    const made = spawnSync(PYTHON, [script, '--out', checkpoint, '--width', '16', '--classes', '4']);
    expect(made.status).toBe(0);
  }, 60_000);

  it('measures both sides on the same weights, and shows that they do the same work', async () => {
    const out = join(folder, 'report', 'reference.json');
    const { code, stdout, stderr } = await runCli([
      'bench',
      'reference',
      ...turns,
      '--present',
      '1,3',
      '--extract',
      '3',
      '--out',
      out,
    ]);
    expect([code, stderr]).toEqual([0, expect.stringContaining('... 3 present, round 2 of 2')]);
    expect(stdout).toMatch(/^reference-bench \(ResNet-50, 4 classes\), 1 threads of /);
    const number = '\\d+(\\.\\d)? \\(\\d+(\\.\\d)? to \\d+(\\.\\d)?\\)';
    expect(stdout).toMatch(
      new RegExp(`^\\| 1 \\| ${number} \\| ${number} \\| \\*\\*\\d+\\.\\d\\*\\* \\(`, 'm'),
    );

    expect(stdout).toMatch(/^`surgicam extract` on 3 of the pictures/m);
    const report = JSON.parse(readFileSync(out, 'utf8')) as ReferenceReport;
    expect(report.rows.map(({ present, classIds }) => [present, classIds.length])).toEqual([
      [1, 1],
      [3, 3],
    ]);
    for (const { engine, extract, same } of report.rows) {
      const { ratio, fastestRatio, oursMs, referenceMs } = engine;
      expect(extract!.ratio.least).toBeGreaterThan(0);
      expect(engine.processorRatio.least).toBeGreaterThan(0);
      expect(ratio.least).toBeLessThanOrEqual(ratio.median);
      expect(ratio.median).toBeLessThanOrEqual(ratio.most);
      expect(ratio.most).toBeLessThanOrEqual(referenceMs.most / oursMs.least);
      expect(fastestRatio).toBeCloseTo(referenceMs.least / oursMs.least, 9);
      expect(same.logits).toBeLessThan(1e-3);
      expect(same.heatmaps).toBeLessThan(1e-3);
      expect(same.features).toBeLessThan(1e-3);
      expect(same.allBoxes).toBeGreaterThan(0);
      expect(same.sharedBoxes).toBe(same.allBoxes);
    }
  }, 120_000);

  it('compares L-FE features as well', async () => {
    const flags = ['--present', '2', '--features', 'l-fe', '--backward', 'activation', '--json'];
    const { code, stdout } = await runCli(['bench', 'reference', ...turns, ...flags]);
    expect(code).toBe(0);
    const { rows, features, backward } = JSON.parse(stdout) as ReferenceReport;
    expect({ features, backward }).toEqual({ features: 'l_fe', backward: 'activation' });
    expect(rows.map(({ same }) => same.features < 1e-3)).toEqual([true]);
  }, 120_000);

  it('refuses a package of other weights', async () => {
    const model = join(PROJECT_ROOT, 'models', 'phantom-resnet50-w16');
    const { code, stderr } = await runCli(['bench', 'reference', ...turns, '--model', model]);
    expect([code, stderr]).toEqual([2, expect.stringContaining('a package imported from')]);
  }, 60_000);

  it('refuses more present classes than the model has', async () => {
    const { code, stderr } = await runCli(['bench', 'reference', ...turns, '--present', '5']);
    expect([code, stderr]).toEqual([2, expect.stringContaining("1 to 4, the model's classes")]);
  }, 60_000);
});

describe('surgicam bench reference', () => {
  it('says what it needs where there is no Python', async () => {
    const { code, stderr } = await runCli(['bench', 'reference', '--python', join(folder, 'no-python')]);
    expect(code).toBe(1);
    expect(stderr).toMatch(
      /no-python could not do the reference's work: .*ENOENT; it needs numpy, .*--python/,
    );
  }, 60_000);

  it('says what it needs where the interpreter cannot run the script', async () => {
    const { code, stderr } = await runCli(['bench', 'reference', '--python', process.execPath]);
    expect(code).toBe(1);
    expect(stderr).toMatch(/could not do the reference's work: .*it needs numpy/);
  }, 60_000);
});
