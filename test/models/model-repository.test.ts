import { beforeAll, describe, expect, it } from '@jest/globals';
import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { ModelRepository } from '../../src/models/model-repository.js';
import { writeSmallPackage } from '../fixtures/small-package.js';
import { temporaryFolder } from '../fixtures/temporary-folder.js';

const folder = temporaryFolder();
const shelf = path.join(folder, 'shelf');

beforeAll(async () => {
  await writeSmallPackage(path.join(shelf, 'b'), 'beta');
  await writeSmallPackage(path.join(shelf, 'a'), 'zeta');
  await writeSmallPackage(path.join(folder, 'alone'), 'alpha');
  await writeSmallPackage(path.join(folder, 'twin'), 'beta');
  mkdirSync(path.join(shelf, 'notes'));
  writeFileSync(path.join(shelf, 'README.md'), 'models');
});

describe('ModelRepository', () => {
  it('finds packages and folders of packages, and passes over everything else', async () => {
    const repository = await ModelRepository.open([shelf, path.join(folder, 'alone')]);
    expect(repository.list().map(({ manifest }) => manifest.name)).toEqual(['alpha', 'beta', 'zeta']);
    expect(repository.get('beta').directory).toBe(path.join(shelf, 'b'));
  });

  it('follows links, as mounted volumes have them', async () => {
    const mounted = path.join(folder, 'mounted');
    mkdirSync(mounted);
    symlinkSync(path.join(shelf, 'a'), path.join(mounted, 'current'));
    expect((await ModelRepository.open([mounted])).list()).toHaveLength(1);
  });

  it('names the models there are when one is not', async () => {
    const repository = await ModelRepository.open([shelf]);
    expect(() => repository.get('gamma')).toThrow("there is no model named 'gamma'; models: beta, zeta");
    const empty = await ModelRepository.open([path.join(shelf, 'notes')]);
    expect(() => empty.get('gamma')).toThrow('models: none');
  });

  it('refuses two packages of one name', async () => {
    const failure = ModelRepository.open([shelf, path.join(folder, 'twin')]);
    await expect(failure).rejects.toThrow("two model packages are named 'beta'");
    await expect(failure).rejects.toMatchObject({ code: 'already_exists' });
  });

  it('says which folder is missing', async () => {
    const missing = path.join(folder, 'nowhere');
    await expect(ModelRepository.open([missing])).rejects.toThrow(`there is no model folder '${missing}'`);
  });
});
