import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { expect, it } from '@jest/globals';
import { renderPhantomDataset } from '../../src/cli/commands/phantom-render.js';
import { importModel } from '../../src/models/import-model.js';
import { PHANTOM_CLASSES } from '../../src/video/phantom/instruments.js';
import { describeWith, PROJECT_ROOT, PYTHON } from '../fixtures/requirements.js';
import { temporaryFolder } from '../fixtures/temporary-folder.js';

describeWith('python-torch', 'models/training', () => {
  const folder = temporaryFolder();
  const checkpoint = path.join(folder, 'phantom.pth.tar');

  it('trains on rendered frames and gives a checkpoint that can be imported', async () => {
    const [train, validation] = ['train', 'validation'].map((name) => path.join(folder, name)) as [
      string,
      string,
    ];
    const options = { frames: 8, seeds: 2, every: 61, width: 80, height: 64 };
    await renderPhantomDataset({ ...options, out: train, seed: 1000 });
    await renderPhantomDataset({ ...options, out: validation, seed: 9000 });
    const flags = ['--train', train, '--validation', validation, '--out', checkpoint];
    const limits = ['--epochs', '1/2,1/1', '--batch', '4', '--threads', '1'];
    const script = path.join(PROJECT_ROOT, 'models', 'training', 'train.py');
    const run = spawnSync(PYTHON, [script, ...flags, ...limits], { encoding: 'utf8' });
    expect({ status: run.status, stderr: run.status === 0 ? '' : run.stderr }).toEqual({
      status: 0,
      stderr: '',
    });

    const [header, ...epochs] = readFileSync(`${checkpoint}.csv`, 'utf8').trim().split(/\r?\n/);
    expect(header!.split(',')).toEqual(
      expect.arrayContaining(['epoch', 'train_loss', 'mAP', ...PHANTOM_CLASSES]),
    );
    expect(epochs).toHaveLength(2);
    const { description } = await importModel({
      checkpoint,
      directory: path.join(folder, 'phantom-test'),
      name: 'phantom-test',
      classes: PHANTOM_CLASSES,
      importer: 'test',
      inputWidth: 80,
      inputHeight: 64,
    });
    expect(description.classes).toEqual(PHANTOM_CLASSES);
    expect(description.tissueClass).toBe(PHANTOM_CLASSES.length - 1);
    expect(description.featureMaps.at(-1)).toMatchObject({ name: 'layer4', channels: 512 });
  }, 120_000);
});
