import { beforeAll, describe, expect, it } from '@jest/globals';
import path from 'node:path';
import { from, lastValueFrom, toArray } from 'rxjs';
import { resolveRecipe, type KeyedRecipe, type RecipeWish } from '../../src/domain/analysis-recipe.js';
import type { AnalyzedFrame } from '../../src/domain/frame-analysis.js';
import type { VideoFrame } from '../../src/domain/video-frame.js';
import { encodeGrayPng } from '../../src/files/png.js';
import type { InferenceEngine } from '../../src/inference/inference-engine.js';
import type { LoadedModel } from '../../src/inference/loaded-model.js';
import { FrameExplainer } from '../../src/localization/frame-explainer.js';
import type { ModelPackage } from '../../src/models/model-package.js';
import { readFile } from 'node:fs/promises';
import { GraphRunner } from '../fixtures/graph-runner.js';
import { temporaryFolder } from '../fixtures/temporary-folder.js';
import { engineStarter, everything, noiseFrame, writeTestPackage } from './inference-fixture.js';

const folder = temporaryFolder();
const startEngine = engineStarter();
let plain: ModelPackage;
let features: ModelPackage;

beforeAll(async () => {
  plain = await writeTestPackage(path.join(folder, 'plain'), 'plain');
  features = await writeTestPackage(path.join(folder, 'features'), 'features');
});

function analyzeAll(
  engine: InferenceEngine,
  model: LoadedModel,
  frames: readonly VideoFrame[],
  recipes: readonly KeyedRecipe[],
): Promise<AnalyzedFrame[]> {
  const lane = engine.analyze({ model, pacing: 'every_frame', recipes: () => recipes });
  return lastValueFrom(from(frames).pipe(lane, toArray()));
}

/** What the frames give when the graph is run and explained without the engine. */
async function computeDirectly(
  pkg: ModelPackage,
  frame: VideoFrame,
  recipe: KeyedRecipe,
  roiThreshold: number,
) {
  const runner = new GraphRunner(await readFile(pkg.graphPath));
  try {
    const { description, graphOutputs } = pkg;
    const shape = [1, description.inputHeight, description.inputWidth, 3];
    const frames = { data: frame.pixels, shape };
    const values = graphOutputs.includes('slfe')
      ? await runner.explain(frames, description.classes.length, roiThreshold)
      : await runner.run({ frames });
    const outputs = {
      logits: values.logits!.data,
      gradcam: values.gradcam!.data,
      featureMaps: new Map([['layer4', values.layer4!.data]]),
      ...(values.slfe === undefined ? {} : { slfe: values.slfe.data, slfeCells: values.slfe_cells!.data }),
      slfeThresholds: description.classes.map(() => roiThreshold),
    };
    const explainer = new FrameExplainer(outputs, description, encodeGrayPng);
    return { logits: outputs.logits, product: explainer.product(recipe.recipe) };
  } finally {
    await runner.close();
  }
}

const WISH: RecipeWish = {
  outlines: true,
  heatmaps: { encoding: 'full_f32' },
  features: { variant: 'sl_fe', pool: [512, 1, 1] },
};

describe('InferenceEngine', () => {
  it.each(['plain', 'features'] as const)(
    'gives what the %s graph computes, alone and in a batch',
    async (kind) => {
      const pkg = kind === 'plain' ? plain : features;
      const engine = startEngine({ maxBatch: 3 });
      const model = await engine.load(pkg);
      const recipe = everything(WISH, model.description);
      const frames = [0, 1, 2, 3].map((sequence) => noiseFrame(sequence));
      const expected = await Promise.all(frames.map((frame) => computeDirectly(pkg, frame, recipe, 0.3)));
      const analyzed = await analyzeAll(engine, model, frames, [recipe]);
      expect(analyzed.map(({ facts }) => [facts.sequence, facts.batchSize])).toEqual([
        [0, 1],
        [1, 3],
        [2, 3],
        [3, 3],
      ]);
      for (const [i, { facts, products }] of analyzed.entries()) {
        expectClose(facts.logits, expected[i]!.logits);
        const product = products.get(recipe.key)!;
        const wanted = expected[i]!.product;
        expect(product.present).toEqual(wanted.present);
        expect(product.detections.map(({ classId, inputBox }) => [classId, inputBox])).toEqual(
          wanted.detections.map(({ classId, inputBox }) => [classId, inputBox]),
        );
        expect(product.heatmaps).toHaveLength(3);
        for (const [k, { data }] of product.heatmaps.entries()) {
          expectClose(floats(data), floats(wanted.heatmaps[k]!.data));
        }
        expect(product.features.map(({ classId }) => classId)).toEqual(
          wanted.features.map(({ classId }) => classId),
        );
        expect(product.features.length).toBeGreaterThan(0);
        for (const [k, { values }] of product.features.entries()) {
          expectClose(values, wanted.features[k]!.values);
        }
      }
    },
  );

  it('keeps the order and loses nothing with several workers', async () => {
    const engine = startEngine({ workers: 3 });
    const model = await engine.load(plain);
    const frames = Array.from({ length: 40 }, (_, sequence) => noiseFrame(sequence));
    const analyzed = await analyzeAll(engine, model, frames, [resolveRecipe({}, model.description)]);
    expect(analyzed.map(({ facts }) => facts.sequence)).toEqual(frames.map(({ sequence }) => sequence));
    expect(analyzed.every(({ facts }) => Object.keys(facts.framesDropped).length === 0)).toBe(true);
    expect(engine.stats()).toMatchObject({ frames: 40, batches: 40, failedFrames: 0, workerRestarts: 0 });
  });

  it('takes the frames over instead of copying them', async () => {
    const engine = startEngine();
    const model = await engine.load(plain);
    const frame = noiseFrame(0);
    await analyzeAll(engine, model, [frame], [resolveRecipe({}, model.description)]);
    expect(frame.pixels.byteLength).toBe(0);
  });

  it('computes nothing that no recipe asks for', async () => {
    const engine = startEngine();
    const model = await engine.load(features);
    const recipes = (...wishes: RecipeWish[]) => wishes.map((wish) => everything(wish, model.description));
    const fetched = async (wanted: readonly KeyedRecipe[]): Promise<string[]> => {
      const before = engine.stats().outputsFetched;
      await analyzeAll(engine, model, [noiseFrame(0)], wanted);
      const after = engine.stats().outputsFetched;
      return [...after].filter(([name, count]) => count > (before.get(name) ?? 0)).map(([name]) => name);
    };
    const slfe = { variant: 'sl_fe', pool: [512, 1, 1] } as const;
    expect(await fetched([])).toEqual(['logits']);
    expect(await fetched(recipes({}))).toEqual(['logits']);
    expect(await fetched(recipes({}, { boxes: true }))).toEqual(['logits', 'gradcam']);
    expect(await fetched(recipes({ features: slfe }))).toEqual(['logits', 'slfe', 'slfe_cells']);
    const differing = recipes({ features: slfe }, { features: slfe, roiThreshold: 0.1 });
    expect((await fetched(differing)).sort()).toEqual(['gradcam', 'layer4', 'logits', 'slfe', 'slfe_cells']);
  });

  it('runs several models beside each other', async () => {
    const engine = startEngine({ workers: 2 });
    const models = await Promise.all([engine.load(plain), engine.load(features)]);
    const frames = Array.from({ length: 10 }, (_, sequence) => sequence);
    const results = await Promise.all(
      models.map((model) =>
        analyzeAll(
          engine,
          model,
          frames.map((sequence) => noiseFrame(sequence)),
          [resolveRecipe({}, model.description)],
        ),
      ),
    );
    expect(results.map((analyzed) => analyzed.map(({ facts }) => facts.sequence))).toEqual([frames, frames]);
    expect(results.map((analyzed) => analyzed[0]!.facts.modelName)).toEqual(['plain', 'features']);
    expect(results[0]![0]!.facts.logits).not.toEqual(results[1]![0]!.facts.logits);
  });

  it('loads a package once, and finds the loaded one by name', async () => {
    const engine = startEngine();
    const [first, second] = await Promise.all([engine.load(plain), engine.load(plain)]);
    expect(second).toBe(first);
    expect(engine.models()).toEqual([first]);
  });

  it('leaves the main thread free while graphs run', async () => {
    const engine = startEngine();
    const model = await engine.load(features);
    let turns = 0;
    const turn = (): void => {
      turns++;
      next = setImmediate(turn);
    };
    let next = setImmediate(turn);
    await analyzeAll(
      engine,
      model,
      Array.from({ length: 20 }, (_, sequence) => noiseFrame(sequence)),
      [resolveRecipe({}, model.description)],
    );
    clearImmediate(next);
    // Were the graphs run here, each would take one turn.
    expect(turns).toBeGreaterThan(200);
  });
});

function expectClose(actual: Float32Array, wanted: Float32Array): void {
  expect(actual).toHaveLength(wanted.length);
  const worst = wanted.reduce((most, value, i) => Math.max(most, Math.abs(value - actual[i]!)), 0);
  expect(worst).toBeLessThan(1e-4);
}

function floats(bytes: Uint8Array): Float32Array {
  return new Float32Array(Uint8Array.from(bytes).buffer);
}
