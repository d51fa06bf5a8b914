import { afterAll, describe, expect, test } from '@jest/globals';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { InferenceEngine } from '../../src/inference/inference-engine.js';
import { loadModelPackage, type ModelPackage } from '../../src/models/model-package.js';
import { missedBounds, shareOfAllowance } from '../../src/models/quantization-fidelity.js';
import type { QuantizationReport } from '../../src/models/quantization-report.js';
import { quantizeModel, type QuantizeModelOptions } from '../../src/models/quantize-model.js';
import { silentLogger } from '../../src/observability/logger.js';
import { HEAD_GRADIENT } from '../../src/onnx/graph-names.js';
import { readGraph } from '../../src/onnx/graph-view.js';
import { OUTLIER_LAYER, writeOutlierPackage } from '../fixtures/outlier-package.js';
import { smallFacts, writeSmallPackage } from '../fixtures/small-package.js';
import { temporaryFolder } from '../fixtures/temporary-folder.js';
import { writeModelPackage } from '../../src/models/write-model-package.js';
import { GraphWriter } from '../../src/onnx/graph-writer.js';

describe('quantizeModel', () => {
  const folder = temporaryFolder();
  const engine = InferenceEngine.start({ workers: 1, providers: ['cpu'], logger: silentLogger() });
  afterAll(() => engine.close());
  const { openGraph } = engine;
  const frames = Array.from({ length: 15 }, (_, n) =>
    Uint8Array.from({ length: 96 * 64 * 3 }, (_, i) => ((i * (n + 3)) % 251) ^ (n * 20)),
  );
  const small = writeSmallPackage(path.join(folder, 'float'));
  const run = async (
    name: string,
    options: Partial<QuantizeModelOptions> = {},
    source?: ModelPackage,
  ): Promise<{ directory: string; report: QuantizationReport }> => {
    const directory = path.join(folder, name);
    const all = {
      source: source ?? (await small),
      directory,
      frames,
      openGraph,
      allowMiss: true,
      ...options,
    };
    const { report } = await quantizeModel(all);
    return { directory, report };
  };

  test('writes a package that says what it is, from frames parted in three', async () => {
    const stages = new Set<string>();
    const { directory, report } = await run('int8', { onProgress: ({ stage }) => stages.add(stage) });
    expect(report.fidelity.heatmapCorrelation).toBeGreaterThan(0.9);
    expect(report.candidates.map(({ method }) => method)).toEqual([
      'min-max',
      'percentile 99.999',
      'percentile 99.99',
      'percentile 99.9',
      'entropy',
      'mse',
      report.candidates.at(-1)!.method,
    ]);
    const least = Math.min(...report.candidates.map((candidate) => candidate.shareOfAllowance));
    const chosen = report.candidates.find(
      ({ method, biasCorrection }) =>
        method === report.chosen.method && biasCorrection === report.chosen.biasCorrection,
    );
    expect(chosen!.shareOfAllowance).toBe(least);
    expect([...stages]).toEqual(['ranges', 'histograms', 'methods', 'held-out']);
    const { manifest } = await loadModelPackage(directory);
    expect(manifest).toMatchObject({ name: 'small-int8', precision: 'int8' });
    expect(manifest.quantization).toMatchObject({
      sourceGraphSha256: (await small).manifest.graph.sha256,
      calibrationFrames: 9,
      selectionFrames: 3,
      heldOutFrames: 3,
      boxIou: report.fidelity.boxIou,
    });
    expect(manifest.featureMaps.map(({ hasGradient }) => hasGradient)).toEqual([false, false, undefined]);
  });

  test.each(['min-max', 'percentile', 'entropy', 'mse'] as const)(
    'takes ranges by %s alone',
    async (method) => {
      const { directory, report } = await run(`by-${method}`, { method });
      expect(report.candidates.every((candidate) => candidate.method.startsWith(method))).toBe(true);
      expect(report.fidelity.heatmapCorrelation).toBeGreaterThan(method === 'entropy' ? 0.7 : 0.9);
      expect((await loadModelPackage(directory)).manifest.quantization!.method).toBe(method);
      const inner = report.layers.filter((layer) => layer.method !== 'bytes');
      expect(inner.length).toBeGreaterThan(15);
      for (const { measured, coded } of inner) {
        expect(coded![1]).toBeLessThanOrEqual(Math.max(0, measured[1]) * 1.01 + 1e-3);
      }
      // The frame's bytes are codes themselves.
      expect(report.layers[0]).toMatchObject({ name: 'conv1', coded: [0, 255], method: 'bytes' });
    },
  );

  test('gives the same bytes twice', async () => {
    const graphs = await Promise.all(
      ['once', 'again'].map(async (name) => readFile(path.join((await run(name)).directory, 'model.onnx'))),
    );
    expect(graphs[0]!.equals(graphs[1]!)).toBe(true);
  });

  test('keeps the head and the Grad-CAM convolution exact', async () => {
    const { directory } = await run('head');
    const [before, after] = await Promise.all(
      [(await small).directory, directory].map(async (at) =>
        readGraph(await readFile(path.join(at, 'model.onnx'))),
      ),
    );
    for (const name of ['head.weight', 'head.bias', HEAD_GRADIENT]) {
      expect(after!.constant(name)!.rawData).toEqual(before!.constant(name)!.rawData);
    }
    const head = after!.nodes.filter(
      ({ input }) => input!.includes('head.weight') || input!.includes(HEAD_GRADIENT),
    );
    expect(head.map(({ opType, input }) => [opType, input![0]])).toEqual([
      ['Gemm', 'avgpool.flat'],
      ['Conv', 'layer4'],
    ]);
  });

  test('writes weights for AMX when asked to', async () => {
    const { directory, report } = await run('amx', { amx: true });
    expect((await loadModelPackage(directory)).manifest.quantization!.amx).toBe(true);
    const graph = readGraph(await readFile(path.join(directory, 'model.onnx')));
    const zero = (layer: string): Uint8Array => graph.constant(`${layer}.weight.zero`)!.rawData!;
    // Sums of 64 x 9 numbers, and of 8 x 9.
    expect(new Set(zero('layer4.1.conv2'))).toEqual(new Set([1]));
    expect(new Set(zero('layer1.0.conv1'))).toEqual(new Set([0]));
    expect(report.fidelity.heatmapCorrelation).toBeGreaterThan(0.9);
  });

  test('leaves the layer that cannot be coded in float32, and no other', async () => {
    const source = await writeOutlierPackage(path.join(folder, 'outlier'));
    const method = 'min-max';
    const none = await run('outlier-all', { method, maxFloatLayers: 0 }, source);
    expect(none.report.missed.length).toBeGreaterThan(0);
    const { report, directory } = await run('outlier-int8', { method, allowMiss: false }, source);
    expect(report.chosen.floatLayers).toEqual([OUTLIER_LAYER]);
    expect(report.missed).toEqual([]);
    const layer = report.layers.find(({ name }) => name === OUTLIER_LAYER)!;
    expect(layer.precision).toBe('float32');
    const others = report.layers.filter(({ name }) => name !== OUTLIER_LAYER);
    expect(layer.aloneSqnrDb!).toBeLessThan(Math.min(...others.map(({ aloneSqnrDb }) => aloneSqnrDb!)));
    expect((await loadModelPackage(directory)).manifest.quantization!.floatLayers).toEqual([OUTLIER_LAYER]);
  });

  test('refuses what misses a bound, and reports it first', async () => {
    const source = await writeOutlierPackage(path.join(folder, 'miss'));
    const reports: QuantizationReport[] = [];
    const attempt = run(
      'missed',
      {
        method: 'min-max',
        maxFloatLayers: 0,
        allowMiss: false,
        onReport: (report) => void reports.push(report),
      },
      source,
    );
    await expect(attempt).rejects.toThrow(/outlier in 8 bits is too far from its original: .*--allow-miss/);
    expect(reports.map(({ missed }) => missed.length > 0)).toEqual([true]);
    await expect(loadModelPackage(path.join(folder, 'missed'))).rejects.toMatchObject({ code: 'not_found' });
  });

  test('refuses too few frames, an 8-bit model and a graph without convolutions', async () => {
    await expect(run('few', { frames: frames.slice(0, 4) })).rejects.toThrow(/at least 5/);
    const int8 = await loadModelPackage((await run('first')).directory);
    await expect(run('second', {}, int8)).rejects.toThrow(/small-int8 is int8 already/);
    const writer = new GraphWriter();
    const rows = writer.node('Cast', 'rows', [writer.input('frames', 'uint8', ['N', 64, 96, 3])], { to: 1 });
    const layer4 = writer.node('Transpose', 'layer4', [rows], { perm: [0, 3, 1, 2] });
    const pooled = writer.node('GlobalAveragePool', 'pooled', [layer4]);
    writer.node('Flatten', 'logits', [pooled]);
    writer.node('Identity', 'gradcam', [layer4]);
    writer.output('logits', 'float32', ['N', 3]);
    for (const name of ['gradcam', 'layer4']) writer.output(name, 'float32', ['N', 3, 64, 96]);
    const plain = await writeModelPackage(path.join(folder, 'plain'), smallFacts('plain'), {
      bytes: writer.finish(),
      architecture: 'nothing',
      inputs: ['frames'],
      outputs: ['logits', 'gradcam', 'layer4'],
      featureMaps: [{ name: 'layer4', channels: 3, height: 64, width: 96 }],
    });
    await expect(run('third', {}, plain)).rejects.toThrow(/no convolution with constant float32 weights/);
  });

  test('names the bound that is missed, and how much of the bounds is used up', () => {
    const fidelity = { heatmapCorrelation: 0.98, worstHeatmapCorrelation: 0.96, presenceAgreement: 1 };
    expect(missedBounds(fidelity)).toEqual(['heatmapCorrelation is 0.9800, allowed is 0.99 or more']);
    expect(shareOfAllowance(fidelity)).toBeCloseTo((2 + 0.8 + 0) / 3, 10);
    expect(shareOfAllowance({ ...fidelity, heatmapCorrelation: 1, worstHeatmapCorrelation: 1 })).toBe(0);
  });
});
