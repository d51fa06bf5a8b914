import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { lastValueFrom, of } from 'rxjs';
import type { RecipeWish } from '../../src/domain/analysis-recipe.js';
import type { AnalysisProduct } from '../../src/domain/frame-analysis.js';
import { InferenceEngine } from '../../src/inference/inference-engine.js';
import { convertModel } from '../../src/models/convert-model.js';
import { importModel } from '../../src/models/import-model.js';
import { loadModelPackage, type ModelPackage } from '../../src/models/model-package.js';
import { cosine } from '../../src/models/quantization-fidelity.js';
import { silentLogger } from '../../src/observability/logger.js';
import type { GraphFeeds } from '../../src/onnx/foreign/run-graph.js';
import { graphSignature } from '../../src/onnx/graph-signature.js';
import { widenHalf } from '../../src/onnx/half/widen-half.js';
import { toModelMessage } from '../../src/rpc/messages/model-message.js';
import { Precision } from '../../src/rpc/gen/surgicam/v1/model.js';
import { FOREIGN_INPUT, writeForeignNetworks } from '../fixtures/foreign-networks.js';
import { GOLDEN_CLASSES, goldenCheckpoint, goldenIndex, goldenPixels } from '../fixtures/golden.js';
import { describeWith } from '../fixtures/requirements.js';
import { temporaryFolder } from '../fixtures/temporary-folder.js';
import { TINY_CLASSES, tinyOnnx } from '../fixtures/tiny-onnx.js';
import { everything, noiseFrame, writeTestPackage } from '../inference/inference-fixture.js';

const folder = temporaryFolder();
const engine = InferenceEngine.start({ workers: 1, providers: ['cpu'], logger: silentLogger() });
const { runGraph } = engine;
afterAll(() => engine.close());

const noise = ({ description }: ModelPackage, count = 2): Uint8Array[] =>
  Array.from({ length: count }, (_, i) => noiseFrame(i, 'noise', description).pixels);

/** Everything that both packages' graphs give out for a frame, and the largest difference as a part of the largest value. */
async function differences(before: ModelPackage, after: ModelPackage, data: Uint8Array) {
  const { inputWidth, inputHeight, classes } = before.description;
  const roi = new Float32Array(classes.length).fill(0.3);
  const feeds: GraphFeeds = {
    frames: { type: 'uint8', data, dims: [1, inputHeight, inputWidth, 3] },
    ...(before.manifest.graph.inputs.length > 1 && {
      roi_thresholds: { type: 'float32', data: roi, dims: [1, classes.length] },
    }),
  };
  const run = async ({ graphPath }: ModelPackage) => {
    // With the rounding that a graphics card would do, which the processor does not.
    const graph = widenHalf(await readFile(graphPath), { rounding: true });
    return runGraph(graph, feeds, before.graphOutputs);
  };
  const [expected, actual] = [await run(before), await run(after)];
  return new Map(
    before.graphOutputs.map((name) => {
      const [a, b] = [expected, actual].map((values) => values.get(name)!.data as Float32Array) as [
        Float32Array,
        Float32Array,
      ];
      const largest = a.reduce((most, value) => Math.max(most, Math.abs(value)), 1e-9);
      return [name, a.reduce((most, value, i) => Math.max(most, Math.abs(value - b[i]!)), 0) / largest];
    }),
  );
}

describe('convertModel', () => {
  let source: ModelPackage;
  let half: ModelPackage;

  beforeAll(async () => {
    source = await writeTestPackage(path.join(folder, 'float'), 'features');
    const directory = path.join(folder, 'half');
    await convertModel({ source, directory, frames: noise(source), runGraph, allowMiss: true });
    half = await loadModelPackage(directory);
  });

  it('keeps inputs and outputs, and says what it is', async () => {
    const [before, after] = await Promise.all(
      [source, half].map(async ({ graphPath }) => readFile(graphPath)),
    );
    expect(graphSignature(after!)).toEqual(graphSignature(before!));
    expect(after!.byteLength).toBeLessThan(0.6 * before!.byteLength);
    expect(half.manifest).toMatchObject({
      precision: 'float16',
      conversion: { sourceGraphSha256: source.manifest.graph.sha256, measuredFrames: 2, floatNodes: 0 },
      graph: { inputs: source.manifest.graph.inputs, outputs: source.manifest.graph.outputs },
    });
    expect(toModelMessage(half).precision).toBe(Precision.FLOAT16);
  });

  it('stays within the bounds of half precision', async () => {
    for (const [name, difference] of await differences(source, half, noise(source)[0]!)) {
      // Eleven bits a number, and fifty layers whose errors add up.
      if (name !== 'slfe_cells') expect([name, difference < 0.02]).toEqual([name, true]);
    }
  });

  it('runs in the engine, gradients by inner layers and crops included', async () => {
    const other = InferenceEngine.start({ workers: 1, providers: ['cpu'], logger: silentLogger() });
    try {
      const wishes: RecipeWish[] = [
        { heatmaps: { encoding: 'native_f32' }, cam: { method: 'grad_cam', layers: ['layer3'] } },
        { features: { variant: 'ln_fe', pool: [512, 1, 1] } },
      ];
      const analyse = async (pkg: ModelPackage): Promise<AnalysisProduct[]> => {
        const model = await other.load(pkg);
        const recipes = wishes.map((wish) => everything({ roiThreshold: 0.3, ...wish }, model.description));
        const lane = other.analyze({ model, pacing: 'every_frame', recipes: () => recipes });
        const { products } = await lastValueFrom(of(noiseFrame(1)).pipe(lane));
        return recipes.map(({ key }) => products.get(key)!);
      };
      const [before, after] = [await analyse(source), await analyse(half)];
      const maps = ([product]: AnalysisProduct[]): Float32Array[] =>
        product!.heatmaps.map(({ data }) => new Float32Array(Uint8Array.from(data).buffer));
      const features = ([, product]: AnalysisProduct[]): Float32Array[] =>
        product!.features.map(({ values }) => values);
      for (const rows of [maps, features]) {
        const [expected, actual] = [rows(before), rows(after)];
        expect(actual).toHaveLength(expected.length);
        expect(expected.length).toBeGreaterThan(0);
        expected.forEach((row, i) => expect(cosine(row, actual[i]!)).toBeGreaterThan(0.999));
      }
    } finally {
      await other.close();
    }
  });

  it('measures nothing without frames, and says so', async () => {
    const directory = path.join(folder, 'unmeasured');
    const converted = await convertModel({ source, directory, frames: [], runGraph });
    expect(converted).not.toHaveProperty('fidelity');
    expect((await loadModelPackage(directory)).manifest.conversion).toEqual({
      sourceGraphSha256: source.manifest.graph.sha256,
      halfNodes: converted.halfNodes,
      floatNodes: 0,
      measuredFrames: 0,
    });
  });

  it('refuses what is in half precision already', async () => {
    const attempt = convertModel({ source: half, directory: path.join(folder, 'x'), frames: [], runGraph });
    await expect(attempt).rejects.toThrow('features is float16 already; give its float32 package');
  });

  it('converts an imported ONNX classifier', async () => {
    const checkpoint = path.join(folder, 'tiny.onnx');
    await writeFile(checkpoint, tinyOnnx());
    const pkg = await importModel({
      ...{ checkpoint, directory: path.join(folder, 'tiny'), name: 'tiny', classes: TINY_CLASSES },
      ...{ importer: 'surgicam test', runGraph },
    });
    const directory = path.join(folder, 'tiny-half');
    await convertModel({ source: pkg, directory, frames: noise(pkg), runGraph, allowMiss: true });
    const after = await loadModelPackage(directory);
    for (const [name, difference] of await differences(pkg, after, noise(pkg)[0]!))
      expect([name, difference < 0.005]).toEqual([name, true]);
  });
});

describeWith('python-torch', 'convertModel of classifiers exported by PyTorch', () => {
  const names = ['densenet121', 'mobilenet_v2'];
  beforeAll(() => writeForeignNetworks(folder, ...names), 600_000);

  it.each(names)(
    '%s stays near its original',
    async (name) => {
      const { classes, mean, std } = FOREIGN_INPUT;
      const pkg = await importModel({
        ...{ checkpoint: path.join(folder, `${name}.onnx`), directory: path.join(folder, name), name },
        ...{ classes, mean, std, importer: 'surgicam test', runGraph },
      });
      const directory = path.join(folder, `${name}-half`);
      await convertModel({ source: pkg, directory, frames: noise(pkg), runGraph, allowMiss: true });
      const after = await loadModelPackage(directory);
      const found = await differences(pkg, after, noise(pkg)[0]!);
      expect(found.get('logits')).toBeLessThan(0.02);
      for (const { name: map } of pkg.manifest.featureMaps) expect(found.get(map)).toBeLessThan(0.03);
    },
    120_000,
  );
});

describeWith('shared', 'convertModel of the golden checkpoint', () => {
  it('decides as the reference does on its frames', async () => {
    const { mean, std, frames: golden } = goldenIndex();
    const source = await importModel({
      ...{ checkpoint: goldenCheckpoint(), directory: path.join(folder, 'golden'), name: 'golden' },
      ...{ classes: GOLDEN_CLASSES, mean, std, importer: 'surgicam test' },
    });
    const frames = await Promise.all(golden.map(({ frame }) => goldenPixels(frame)));
    const directory = path.join(folder, 'golden-half');
    const { fidelity, missed, kept } = await convertModel({ source, directory, frames, runGraph });
    expect([missed, kept]).toEqual([[], []]);
    expect(fidelity!.presenceAgreement).toBe(1);
    expect(fidelity!.heatmapCorrelation).toBeGreaterThan(0.9999);
    expect(fidelity!.slfeCosine).toBeGreaterThan(0.9999);
  }, 120_000);
});
