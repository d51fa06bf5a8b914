import { afterAll } from '@jest/globals';
import { resolveRecipe, type KeyedRecipe, type RecipeWish } from '../../src/domain/analysis-recipe.js';
import type { ModelDescription } from '../../src/domain/model-description.js';
import type { VideoFrame } from '../../src/domain/video-frame.js';
import { InferenceEngine, type InferenceEngineOptions } from '../../src/inference/inference-engine.js';
import type { ModelPackage } from '../../src/models/model-package.js';
import { writeModelPackage } from '../../src/models/write-model-package.js';
import { silentLogger } from '../../src/observability/logger.js';
import { buildRandomResNet } from '../../src/onnx/random-resnet.js';
import { SMALL_CLASSES, smallFacts, writeSmallPackage } from '../fixtures/small-package.js';
import { SMALL_INPUT } from '../fixtures/small-resnet.js';

/** A frame of noise that depends on feed and sequence. */
export function noiseFrame(
  sequence: number,
  feedId = 'feed',
  {
    inputWidth: width,
    inputHeight: height,
  }: Pick<ModelDescription, 'inputWidth' | 'inputHeight'> = SMALL_INPUT,
): VideoFrame {
  const seed = Buffer.from(feedId).reduce((sum, byte) => sum * 31 + byte, 7) + sequence * 7919;
  const nowMs = performance.now();
  return {
    feedId,
    sequence,
    mediaTimeUs: sequence * 40_000,
    capturedAtMs: performance.timeOrigin + nowMs,
    capturedAtMonotonicMs: nowMs,
    sourceWidth: 1920,
    sourceHeight: 1080,
    width,
    height,
    pixels: new Uint8Array(width * height * 3).map((_, i) => Math.imul(i + seed, 0x9e3779b1) >>> 24),
    decodeUs: 1_500,
  };
}

/** ResNet-18 without features in the graph, or a thin ResNet-50 with them; both 96 x 64, three classes. */
export function writeTestPackage(directory: string, kind: 'plain' | 'features'): Promise<ModelPackage> {
  return kind === 'plain' ? writeSmallPackage(directory, 'plain') : writeFeaturePackage(directory);
}

async function writeFeaturePackage(directory: string): Promise<ModelPackage> {
  const graph = await buildRandomResNet({
    ...SMALL_INPUT,
    depth: 50,
    width: 16, // 512 channels at the end
    bottleneckWidth: 4,
    classes: SMALL_CLASSES.length,
  });
  return writeModelPackage(directory, smallFacts('features'), graph);
}

/** Engines that are closed when the test file is done. */
export function engineStarter(): (options?: Partial<InferenceEngineOptions>) => InferenceEngine {
  const engines: InferenceEngine[] = [];
  afterAll(async () => {
    for (const engine of engines) await engine.close();
  });
  return (options = {}) => {
    const engine = InferenceEngine.start({
      workers: 1,
      intraOpThreads: 1,
      providers: ['cpu'],
      logger: silentLogger(),
      ...options,
    });
    engines.push(engine);
    return engine;
  };
}

/** Every class counts as present, whatever the random weights say. */
export function everything(wish: RecipeWish, model: ModelDescription): KeyedRecipe {
  return resolveRecipe({ classThreshold: 0, ...wish }, model);
}
