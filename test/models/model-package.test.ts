import { describe, expect, it } from '@jest/globals';
import {
  appendFileSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import path from 'node:path';
import { loadModelPackage } from '../../src/models/model-package.js';
import { smallFacts, smallGraph, writeSmallPackage } from '../fixtures/small-package.js';
import { writeModelPackage } from '../../src/models/write-model-package.js';
import { temporaryFolder } from '../fixtures/temporary-folder.js';

const folder = temporaryFolder();
let count = 0;
const fresh = (): string => path.join(folder, `package-${count++}`);

describe('writing and loading a package', () => {
  it('gives back what was written', async () => {
    const directory = path.join(fresh(), 'deeper');
    const written = await writeSmallPackage(directory);
    const loaded = await loadModelPackage(directory);
    expect(loaded).toEqual(written);
    expect(loaded.graphPath).toBe(path.join(directory, 'model.onnx'));
    expect(loaded.graphOutputs).toEqual(['logits', 'gradcam', 'layer2', 'layer3', 'layer4']);
    expect(loaded.description).toMatchObject({ name: 'small', gridWidth: 3, gridHeight: 2, tissueClass: 2 });
    expect(loaded.manifest.architecture).toBe('ResNet-18');
  });

  it('leaves nothing else behind, and others may read it', async () => {
    const directory = fresh();
    await writeSmallPackage(directory);
    expect(readdirSync(directory).sort()).toEqual(['manifest.json', 'model.onnx']);
    expect(readdirSync(folder).filter((name) => name.includes('draft'))).toEqual([]);
    const beside = `${directory}-beside`;
    mkdirSync(beside);
    expect(statSync(directory).mode).toBe(statSync(beside).mode);
  });

  it('replaces a package only when told to', async () => {
    const directory = fresh();
    await writeSmallPackage(directory, 'first');
    await expect(writeSmallPackage(directory, 'second')).rejects.toMatchObject({ code: 'already_exists' });
    expect((await loadModelPackage(directory)).manifest.name).toBe('first');
    await writeSmallPackage(directory, 'second', { replace: true });
    expect((await loadModelPackage(directory)).manifest.name).toBe('second');
  });

  it('never replaces a folder with other files in it', async () => {
    const directory = fresh();
    mkdirSync(directory);
    writeFileSync(path.join(directory, 'thesis.tex'), 'years of work');
    await expect(writeSmallPackage(directory, 'small', { replace: true })).rejects.toThrow(
      /holds other files \(thesis\.tex\)/,
    );
    expect(readdirSync(directory)).toEqual(['thesis.tex']);
  });

  it('writes nothing when the manifest would be bad', async () => {
    const directory = fresh();
    const facts = { ...smallFacts(), thresholds: { class: 2, roi: 0.3 } };
    await expect(writeModelPackage(directory, facts, await smallGraph())).rejects.toThrow(
      'thresholds.class is 2; allowed: a number from 0 to 1',
    );
    await expect(loadModelPackage(directory)).rejects.toMatchObject({ code: 'not_found' });
  });
});

describe('a package that cannot be used', () => {
  it('has another graph than its manifest says', async () => {
    const directory = fresh();
    await writeSmallPackage(directory);
    appendFileSync(path.join(directory, 'model.onnx'), 'x');
    await expect(loadModelPackage(directory)).rejects.toThrow(
      /not the graph its manifest describes: its SHA-256 is/,
    );
  });

  it('has no graph', async () => {
    const directory = fresh();
    await writeSmallPackage(directory);
    rmSync(path.join(directory, 'model.onnx'));
    await expect(loadModelPackage(directory)).rejects.toThrow('has no model.onnx');
  });

  it('is not there', async () => {
    const failure = loadModelPackage(fresh());
    await expect(failure).rejects.toThrow('has no manifest.json');
    await expect(failure).rejects.toMatchObject({ code: 'not_found' });
  });

  it('has a manifest that is not JSON, or a bad one', async () => {
    const directory = fresh();
    await writeSmallPackage(directory);
    const file = path.join(directory, 'manifest.json');
    const text = readFileSync(file, 'utf8');
    writeFileSync(file, text.slice(0, -10));
    await expect(loadModelPackage(directory)).rejects.toThrow(/manifest\.json is not JSON/);
    writeFileSync(file, text.replace('"Apache-2.0"', 'null'));
    await expect(loadModelPackage(directory)).rejects.toThrow(
      /manifest\.json: license is null; allowed: a text/,
    );
  });
});
