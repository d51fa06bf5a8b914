import { beforeAll, describe, expect, it } from '@jest/globals';
import { join } from 'node:path';
import { loadModelPackage } from '../../src/models/model-package.js';
import { writeModelPackage } from '../../src/models/write-model-package.js';
import { runCli } from '../fixtures/cli.js';
import { smallFacts, smallGraph } from '../fixtures/small-package.js';
import { temporaryFolder } from '../fixtures/temporary-folder.js';

describe('surgicam model convert', () => {
  const folder = temporaryFolder();
  const source = join(folder, 'float');

  // Random weights see no class with certainty.
  beforeAll(async () =>
    writeModelPackage(source, { ...smallFacts(), thresholds: { class: 0, roi: 0.3 } }, await smallGraph()),
  );

  it('writes a package in half precision, measured on a scene, which inspect shows and runs', async () => {
    const out = join(folder, 'half');
    const from = ['--frames-from', 'phantom://scene?seed=3', '--frames', '3'];
    const flags = ['--fp16', ...from, '--out', out, '--allow-miss'];
    const converted = await runCli(['model', 'convert', source, ...flags]);
    expect([converted.code, converted.stderr]).toEqual([0, '']);
    expect(converted.stdout).toMatch(
      /\d+ nodes of the backbone in float16, 0 in float32; 0 weights became 0/,
    );
    expect(converted.stdout).toMatch(
      /compared with the original on 3 frames.*\n {2}heatmapCorrelation +\d\.\d{6}/,
    );
    expect((await loadModelPackage(out)).manifest.conversion).toMatchObject({ measuredFrames: 3 });
    const inspected = await runCli(['model', 'inspect', out]);
    expect(inspected.stdout).toMatch(
      /precision {3}float16: \d+ nodes, 0 of the backbone in float32; heatmap correlation/,
    );
    expect(inspected.stdout).toMatch(/cpu +runs/);
  }, 120_000);

  it('says what is missing, and what is not a folder of pictures', async () => {
    const out = join(folder, 'never');
    const results = await Promise.all([
      runCli(['model', 'convert', source, '--out', out]),
      runCli(['model', 'convert', source, '--fp16', '--out', out, '--frames-from', source]),
      runCli(['model', 'convert', source, '--fp16', '--out', source]),
    ]);
    expect(results.map(({ code, stderr }) => [code, stderr])).toEqual([
      [2, expect.stringContaining("required option '--fp16'")],
      [2, expect.stringContaining('allowed: a folder with .png or .jpg files')],
      [1, expect.stringContaining('already holds a model package')],
    ]);
  }, 60_000);
});
