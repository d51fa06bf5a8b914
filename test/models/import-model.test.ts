import { beforeAll, describe, expect, it } from '@jest/globals';
import { existsSync } from 'node:fs';
import path from 'node:path';
import { sha256OfFile } from '../../src/models/checksum.js';
import {
  DEFAULT_MEAN,
  DEFAULT_STD,
  importModel,
  type ImportModelOptions,
} from '../../src/models/import-model.js';
import { loadModelPackage } from '../../src/models/model-package.js';
import { smallStateDict } from '../fixtures/small-resnet.js';
import { temporaryFolder } from '../fixtures/temporary-folder.js';
import { writeCheckpoint } from '../fixtures/torch-checkpoint.js';

const folder = temporaryFolder();
const checkpoint = path.join(folder, 'best.pth.tar');
let count = 0;

beforeAll(() => writeCheckpoint(checkpoint, smallStateDict({ depth: 18, classes: 3, width: 8 }, 'fc.1')));

function options(changes: Partial<ImportModelOptions> = {}): ImportModelOptions {
  return {
    checkpoint,
    directory: path.join(folder, `model-${count++}`),
    name: 'gc-x',
    classes: ['hook', 'clip_applier', 'tissue'],
    importer: 'surgicam test',
    inputWidth: 96,
    inputHeight: 64,
    ...changes,
  };
}

describe('importModel', () => {
  it('writes a package with the defaults of the reference', async () => {
    const { manifest, directory } = await importModel(options());
    expect(manifest).toMatchObject({
      name: 'gc-x',
      version: '1.0.0',
      architecture: 'ResNet-18',
      classes: ['hook', 'clip_applier', 'tissue'],
      tissueClass: 'tissue',
      input: { width: 96, height: 64, mean: [...DEFAULT_MEAN], std: [...DEFAULT_STD] },
      thresholds: { class: 0.5, roi: 0.3 },
      license: 'NOASSERTION',
      provenance: {
        sourceFile: 'best.pth.tar',
        sourceSha256: await sha256OfFile(checkpoint),
        importer: 'surgicam test',
      },
    });
    expect((await loadModelPackage(directory)).manifest).toEqual(manifest);
  });

  it('writes what it is told', async () => {
    const { manifest } = await importModel(
      options({
        version: '2',
        mean: [0.1, 0.2, 0.3],
        std: [0.4, 0.5, 0.6],
        tissueClass: 'hook',
        classThreshold: 0.25,
        roiThreshold: 0.1,
        license: 'CC-BY-4.0',
        importedAt: new Date(0),
      }),
    );
    expect(manifest).toMatchObject({
      version: '2',
      tissueClass: 'hook',
      input: { mean: [0.1, 0.2, 0.3], std: [0.4, 0.5, 0.6] },
      thresholds: { class: 0.25, roi: 0.1 },
      license: 'CC-BY-4.0',
      provenance: { importedAt: '1970-01-01T00:00:00.000Z' },
    });
  });

  it('makes the same package of the same checkpoint', async () => {
    const [one, two] = [await importModel(options()), await importModel(options())];
    expect(one.manifest).toEqual(two.manifest);
  });

  it('has no tissue class where none is called so', async () => {
    const { manifest } = await importModel(options({ classes: ['a', 'b', 'c'] }));
    expect(manifest).not.toHaveProperty('tissueClass');
  });

  it.each<readonly [string, Partial<ImportModelOptions>, string]>([
    ['a wrong number of classes', { classes: ['a', 'b'] }, 'allowed: exactly 3 names'],
    ['a tissue class that is none of the classes', { tissueClass: 'liver' }, 'tissueClass is "liver"'],
    [
      'a mean without a standard deviation',
      { mean: [0, 0, 0] },
      'std is absent; allowed: mean and std together',
    ],
    [
      'an input too small for five halvings',
      { inputWidth: 16 },
      'input.width is 16; allowed: a whole number from 32',
    ],
    [
      'a missing checkpoint',
      { checkpoint: '/nowhere/x.pth' },
      "there is no model file named '/nowhere/x.pth'",
    ],
    ['a bad name', { name: 'a/b' }, 'name is "a/b"'],
    ['a threshold beyond 1', { roiThreshold: 30 }, 'thresholds.roi is 30; allowed: a number from 0 to 1'],
  ])('refuses %s and leaves no package', async (_name, changes, message) => {
    const wish = options(changes);
    await expect(importModel(wish)).rejects.toThrow(message);
    expect(existsSync(wish.directory)).toBe(false);
  });
});
