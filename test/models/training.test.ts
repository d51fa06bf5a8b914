import { readFileSync } from 'node:fs';
import path from 'node:path';
import { beforeAll, expect, it } from '@jest/globals';
import { importModel } from '../../src/models/import-model.js';
import { loadModelPackage, type ModelPackage } from '../../src/models/model-package.js';
import { runCli } from '../fixtures/cli.js';
import { writeCholec80Tree, writeEndoVis18Tree } from '../fixtures/dataset-trees.js';
import { encodeClip } from '../fixtures/encode-clip.js';
import { describeWith } from '../fixtures/requirements.js';
import { temporaryFolder } from '../fixtures/temporary-folder.js';
import { filesIn, readEpochs, train } from '../fixtures/training.js';

const TOOLS = [
  'bipolar_forceps',
  'prograsp_forceps',
  'large_needle_driver',
  'monopolar_curved_scissors',
  'ultrasound_probe',
  'suction',
  'clip_applier',
  'stapler',
];
const NINE = [...TOOLS, 'tissue'];
const ELEVEN = [...TOOLS, 'hook', 'specimen_bag', 'tissue'];

describeWith(['python-torch', 'system-ffmpeg'], 'models/training', () => {
  const folder = temporaryFolder();
  const [endovis18, cholec80] = ['endovis18', 'cholec80'].map((name) => path.join(folder, name)) as [
    string,
    string,
  ];
  const size = { width: 80, height: 64 };
  const both = ['--endovis18', endovis18, '--cholec80', cholec80];

  beforeAll(async () => {
    await writeEndoVis18Tree(endovis18, { sequences: [1, 2], framesPerSequence: 6, ...size });
    await writeCholec80Tree(cholec80, { sequences: [1, 41], framesPerSequence: 5, ...size }, encodeClip);
  });

  function importTrained(out: string, file: string, classes: readonly string[]): Promise<ModelPackage> {
    return importModel({
      checkpoint: path.join(out, `${file}.pth.tar`),
      directory: path.join(out, 'package'),
      name: 'trained',
      classes,
      importer: 'test',
      inputWidth: 80,
      inputHeight: 64,
    });
  }

  it.each([
    ['gc-a', ['--endovis18', endovis18], 'miccai2018_9class_ResNet50w16_64,80_4_lr_0.001_dropout_0.2', NINE],
    ['gc-b', both, 'miccai2018_9class_cholecResNet50w16_64,80_4_lr_0.001_dropout_0.2', NINE],
    ['gc-c', both, 'miccai2018_11class_cholec_ResNet50w16_64,80_4_lr_0.001', ELEVEN],
    ['gc-d', both, 'combine_miccai18_ResNet50w16_64,80_4', ELEVEN],
  ])(
    'trains %s into a checkpoint that can be imported',
    async (recipe, data, file, classes) => {
      const out = path.join(folder, recipe);
      train(out, '--recipe', recipe, ...data, '--epochs', '1');
      const pretrained = recipe === 'gc-b' || recipe === 'gc-c';
      const kept = ['csv', 'json', 'pth.tar'];
      const expected = [
        ...[...kept, 'last.pth.tar'].map((end) => `${file}.${end}`),
        ...(pretrained ? kept.map((end) => `${file}.pretraining.${end}`) : []),
      ];
      expect(filesIn(out)).toEqual(expected.sort());
      const { description } = await importTrained(out, file, classes);
      expect(description.classes).toEqual(classes);
      expect(description.tissueClass).toBe(classes.length - 1);
      expect(description.featureMaps.at(-1)).toMatchObject({ name: 'layer4', channels: 512 });
      const epochs = readEpochs(path.join(out, `${file}.csv`));
      expect(epochs).toHaveLength(1);
      expect(epochs[0]).toMatchObject({ phase: 'training', epoch: '1', factor: '1', AP_tissue: '1.0' });
      const facts = JSON.parse(readFileSync(path.join(out, `${file}.json`), 'utf8')) as object;
      expect(facts).toMatchObject({ recipe, epoch: 1, classes, input: size });
    },
    240_000,
  );

  it('trains with every extra at once', async () => {
    const schedule = [
      '--stages',
      '1/2,1/1',
      '--schedule',
      'one-cycle',
      '--optimizer',
      'adamw',
      '--ema',
      '0.9',
    ];
    const extras = ['--cache', 'memory', '--precision', 'bf16', '--class-balanced', '--erase', '0.5'];
    const data = ['--recipe', 'gc-a', '--classes', '11', '--backbone', 'resnet101', '--endovis18', endovis18];
    const out = path.join(folder, 'extras');
    const command = train(out, ...data, ...schedule, ...extras);
    const file = 'miccai2018_11class_ResNet101w16_64,80_4_lr_0.001_dropout_0.2';
    expect(readEpochs(path.join(out, `${file}.csv`)).map(({ factor }) => factor)).toEqual(['2', '1']);
    // The command that it ends with makes the package.
    const [program, ...words] = command.split(' ');
    expect(program).toBe('surgicam');
    const imported = await runCli(words.map((word) => word.replace(/^'(.*)'$/, '$1')));
    expect({ code: imported.code, stderr: imported.stderr }).toEqual({ code: 0, stderr: '' });
    const { description } = await loadModelPackage(path.join(out, `${file}.package`));
    expect(description).toMatchObject({ classes: ELEVEN, inputWidth: 80, inputHeight: 64 });
  }, 240_000);

  it('says that a temporal model serves no Grad-CAM, and its import is refused', async () => {
    const out = path.join(folder, 'temporal');
    const said = train(out, '--recipe', 'temporal', '--endovis18', endovis18, '--epochs', '1');
    expect(said).toContain('A temporal model has no Grad-CAM and cannot be imported');
    const file = 'miccai2018_9class_ResNet50w16_LSTM3_64,80_4_lr_0.001';
    await expect(importTrained(out, file, NINE)).rejects.toMatchObject({ code: 'invalid_argument' });
    const facts = readFileSync(path.join(out, `${file}.json`), 'utf8');
    expect(JSON.parse(facts)).toMatchObject({ note: expect.stringContaining('no Grad-CAM') });
  }, 240_000);
});
