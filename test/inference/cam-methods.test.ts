import { beforeAll, expect, it } from '@jest/globals';
import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { promisify } from 'node:util';
import { from, lastValueFrom, toArray } from 'rxjs';
import type { CamMethod } from '../../src/domain/analysis-recipe.js';
import type { LoadedModel } from '../../src/inference/loaded-model.js';
import { importModel } from '../../src/models/import-model.js';
import { PROJECT_ROOT, PYTHON, describeWith } from '../fixtures/requirements.js';
import { SMALL_CLASSES } from '../fixtures/small-package.js';
import { SMALL_INPUT } from '../fixtures/small-resnet.js';
import { temporaryFolder } from '../fixtures/temporary-folder.js';
import { engineStarter, everything, noiseFrame } from './inference-fixture.js';

const SCRIPT = path.join(PROJECT_ROOT, 'test', 'fixtures', 'cam-reference.py');
const FRAMES = 2;
const PIXELS = SMALL_INPUT.inputWidth * SMALL_INPUT.inputHeight;

const CASES: readonly (readonly [CamMethod, readonly string[]])[] = [
  ['grad_cam', ['layer4']],
  ['grad_cam', ['layer3']],
  ['grad_cam', ['layer2', 'layer3', 'layer4']],
  ['grad_cam_plus_plus', ['layer4']],
  ['grad_cam_plus_plus', ['layer2']],
  ['hires_cam', ['layer4']],
  ['hires_cam', ['layer3', 'layer4']],
  ['x_grad_cam', ['layer4']],
  ['x_grad_cam', ['layer3']],
  ['layer_cam', ['layer4']],
  ['layer_cam', ['layer2', 'layer3']],
  ['eigen_cam', ['layer4']],
  ['eigen_cam', ['layer2']],
];

describeWith(
  ['python-torch', 'python-opencv'],
  'class activation maps against autograd and the formulas',
  () => {
    const folder = temporaryFolder();
    const startEngine = engineStarter();
    const engine = startEngine();
    let model: LoadedModel;

    beforeAll(async () => {
      const names = CASES.map(([method, layers]) => `${method}-${layers.join('+')}`);
      await promisify(execFile)(PYTHON, [SCRIPT, folder, ...names]);
      const pkg = await importModel({
        ...SMALL_INPUT,
        checkpoint: path.join(folder, 'resnet.pth.tar'),
        directory: path.join(folder, 'package'),
        classes: SMALL_CLASSES,
        name: 'resnet',
        importer: 'surgicam test',
      });
      model = await engine.load(pkg);
    }, 300_000);

    /** Both frames in one batch, so that gradients of several frames are computed together. */
    it.each(CASES)('%s of %j', async (method, layers) => {
      const pixels = readFileSync(path.join(folder, 'frames.u8'));
      const frames = Array.from({ length: FRAMES }, (_, i) => ({
        ...noiseFrame(i),
        pixels: Uint8Array.from(pixels.subarray(i * PIXELS * 3, (i + 1) * PIXELS * 3)),
      }));
      const wish = everything(
        { cam: { method, layers }, heatmaps: { encoding: 'full_f32' } },
        model.description,
      );
      const lane = engine.analyze({ model, pacing: 'every_frame', recipes: () => [wish] });
      const analyzed = await lastValueFrom(from(frames).pipe(lane, toArray()));
      const expected = floatsOf(readFileSync(path.join(folder, `${method}-${layers.join('+')}.f32`)));
      const actual = analyzed.flatMap(({ products }) => products.get(wish.key)!.heatmaps);
      expect(actual).toHaveLength(FRAMES * SMALL_CLASSES.length);
      let largest = 0;
      actual.forEach(({ data }, map) => {
        floatsOf(data).forEach((value, i) => {
          largest = Math.max(largest, Math.abs(value - expected[map * PIXELS + i]!));
        });
      });
      expect(largest).toBeLessThan(1e-3);
    });
  },
);

function floatsOf(bytes: Uint8Array): Float32Array {
  return new Float32Array(Uint8Array.from(bytes).buffer);
}
