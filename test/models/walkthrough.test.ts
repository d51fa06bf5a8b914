import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { expect, it } from '@jest/globals';
import { describeWith, PROJECT_ROOT, PYTHON } from '../fixtures/requirements.js';
import { temporaryFolder } from '../fixtures/temporary-folder.js';

describeWith('python-torch', 'models/training/walkthrough.sh', () => {
  const folder = temporaryFolder();

  it('renders, trains, imports and evaluates', () => {
    const out = path.join(folder, 'walkthrough');
    const script = path.join(PROJECT_ROOT, 'models', 'training', 'walkthrough.sh');
    const tiny = { FRAMES: '24', STAGES: '1/2,1/1', SIZE: '96x64', PYTHON };
    const run = spawnSync('bash', [script, out], { encoding: 'utf8', env: { ...process.env, ...tiny } });
    expect({ status: run.status, stderr: run.status === 0 ? '' : run.stderr }).toEqual({
      status: 0,
      stderr: '',
    });
    for (const step of ['1/4 rendering 24 frames', '2/4 training', '3/4 importing', '4/4 evaluating']) {
      expect(run.stdout).toContain(step);
    }
    expect(existsSync(path.join(out, 'gc-a', 'model.onnx'))).toBe(true);
    const report = JSON.parse(readFileSync(path.join(out, 'report', 'report.json'), 'utf8')) as unknown;
    expect(report).toMatchObject({
      model: { name: 'gc-a' },
      dataset: { layout: 'endovis18', split: 'val' },
      pointing: { classes: expect.arrayContaining([expect.objectContaining({ name: 'stapler' })]) },
    });
    expect(existsSync(path.join(out, 'report', 'index.html'))).toBe(true);
  }, 300_000);
});
