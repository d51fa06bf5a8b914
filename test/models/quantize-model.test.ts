import { afterAll, describe, expect, test } from '@jest/globals';
import path from 'node:path';
import { InferenceEngine } from '../../src/inference/inference-engine.js';
import { loadModelPackage } from '../../src/models/model-package.js';
import { missedBounds } from '../../src/models/quantization-fidelity.js';
import { quantizeModel } from '../../src/models/quantize-model.js';
import { silentLogger } from '../../src/observability/logger.js';
import { writeSmallPackage } from '../fixtures/small-package.js';
import { temporaryFolder } from '../fixtures/temporary-folder.js';

describe('quantizeModel', () => {
  const folder = temporaryFolder();
  const engine = InferenceEngine.start({ workers: 1, providers: ['cpu'], logger: silentLogger() });
  afterAll(() => engine.close());
  const frames = Array.from({ length: 10 }, (_, n) =>
    Uint8Array.from({ length: 96 * 64 * 3 }, (_, i) => ((i * (n + 3)) % 251) ^ (n * 20)),
  );

  test('writes a package that says what it is and runs', async () => {
    const source = await writeSmallPackage(path.join(folder, 'float'));
    const directory = path.join(folder, 'int8');
    const { fidelity } = await quantizeModel({
      source,
      directory,
      frames,
      runGraph: engine.runGraph,
      allowMiss: true,
    });
    expect(fidelity.heatmapCorrelation).toBeGreaterThan(0.9);
    const { manifest } = await loadModelPackage(directory);
    expect(manifest.precision).toBe('int8');
    expect(manifest.quantization).toMatchObject({
      sourceGraphSha256: source.manifest.graph.sha256,
      calibrationFrames: 8,
      heldOutFrames: 2,
    });
    expect(manifest.featureMaps.map(({ hasGradient }) => hasGradient)).toEqual([false, false, undefined]);
  });

  test('refuses too few frames', async () => {
    const source = await writeSmallPackage(path.join(folder, 'few'));
    const attempt = quantizeModel({
      source,
      directory: path.join(folder, 'x'),
      frames: frames.slice(0, 4),
      runGraph: engine.runGraph,
    });
    await expect(attempt).rejects.toThrow(/at least 5/);
  });

  test('names the bound that is missed', () => {
    const fidelity = { heatmapCorrelation: 0.98, worstHeatmapCorrelation: 0.96, presenceAgreement: 1 };
    expect(missedBounds(fidelity)).toEqual(['heatmapCorrelation is 0.9800, allowed is 0.99 or more']);
  });
});
