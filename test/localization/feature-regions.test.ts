import { describe, expect, it } from '@jest/globals';
import { resolveRecipe, type FeatureVariant, type RecipeWish } from '../../src/domain/analysis-recipe.js';
import type { ModelDescription } from '../../src/domain/model-description.js';
import { featureRegions } from '../../src/localization/feature-regions.js';
import { FrameExplainer } from '../../src/localization/frame-explainer.js';
import { gradientNeeds } from '../../src/localization/gradient-needs.js';
import { SAMPLE_MODEL } from '../fixtures/sample-model.js';

const box = (x1: number, y1: number, x2: number, y2: number) => ({ x1, y1, x2, y2 });

describe('featureRegions', () => {
  it('keeps instruments apart and merges tissue into one region, last', () => {
    const regions = featureRegions(
      [
        { classId: 0, box: box(0, 0, 9, 9) },
        { classId: 1, box: box(50, 40, 60, 70) },
        { classId: 1, box: box(10, 20, 30, 45) },
        { classId: 2, box: box(5, 5, 20, 20) },
      ],
      1,
    );
    expect(regions).toEqual([
      { classId: 0, box: box(0, 0, 9, 9) },
      { classId: 2, box: box(5, 5, 20, 20) },
      { classId: 1, box: box(10, 20, 60, 70) },
    ]);
    expect(featureRegions([{ classId: 1, box: box(0, 0, 9, 9) }])).toHaveLength(1);
    expect(featureRegions([], 1)).toEqual([]);
  });
});

const MODEL: ModelDescription = {
  ...SAMPLE_MODEL,
  inputWidth: 40,
  inputHeight: 32,
  gridWidth: 5,
  gridHeight: 4,
  featureMaps: [
    { name: 'layer2', channels: 8, height: 16, width: 20 },
    { name: 'layer3', channels: 16, height: 8, width: 10 },
    { name: 'layer4', channels: 32, height: 4, width: 5 },
  ],
};

/** Features of a frame whose first class has this heatmap; crops come back as maps of ones. */
function features(variant: FeatureVariant, gradcam: ArrayLike<number>, logits = [4, -4, -4]) {
  const featureMaps = new Map(
    MODEL.featureMaps.map(({ name, channels, height, width }) => [
      name,
      new Float32Array(channels * height * width).fill(1),
    ]),
  );
  const maps = Float32Array.from({ length: 60 }, (_, i) => (i < 20 ? gradcam[i]! : 0));
  const outputs = { logits: Float32Array.from(logits), gradcam: maps, featureMaps };
  const explainer = new FrameExplainer(outputs, MODEL, (gray) => gray);
  const { recipe } = resolveRecipe({ features: { variant, pool: [128, 2, 2] }, boxes: true }, MODEL);
  for (const crop of explainer.missingCrops([recipe])) {
    explainer.supplyCropMap(crop, { values: new Float32Array(32 * 49).fill(1), height: 7, width: 7 });
  }
  return explainer.product(recipe);
}

describe.each(['sl_fe', 'l_fe', 'ln_fe'] as const)('%s of borderline frames', (variant) => {
  const cell = (index: number) => Array.from({ length: 20 }, (_, i) => (i === index ? 1 : 0));

  it.each([
    ['no class present', cell(3), [-4, -4, -4], 0],
    ['an all-zero heatmap', cell(-1), [4, -4, -4], 0],
    ['a hot corner', cell(0), [4, -4, -4], 1],
    ['the other corner', cell(19), [4, -4, -4], 1],
    ['all but one cell', cell(7).map((value) => 1 - value), [4, -4, -4], 1],
  ] as const)('%s', (_, heatmap, logits, count) => {
    const product = features(variant, heatmap, [...logits]);
    const instruments = product.features.filter(({ classId }) => classId === 0);
    expect(instruments.length).toBeGreaterThanOrEqual(count);
    if (count === 0) expect(product.features).toEqual([]);
    for (const { values } of instruments) {
      expect(values).toHaveLength(512);
      expect([...values].every((value) => value === 1)).toBe(true);
    }
  });
});

describe('gradientNeeds', () => {
  const needs = (wish: RecipeWish, model = MODEL) =>
    gradientNeeds([resolveRecipe({ boxes: true, ...wish }, model).recipe], () => [true, false, true], model);

  it('asks for nothing that the head weights, the graph or no gradient at all can tell', () => {
    expect(needs({})).toEqual([]);
    expect(needs({ cam: { method: 'layer_cam' } })).toEqual([]);
    expect(needs({ cam: { method: 'eigen_cam', layers: ['layer2'] } })).toEqual([]);
    expect(needs({ boxes: false, cam: { layers: ['layer3'] } })).toEqual([]);
  });

  it('asks for inner layers, and for every layer of another head, for present classes only', () => {
    expect(needs({ cam: { layers: ['layer3', 'layer4'] } })).toEqual([
      { layer: 'layer3', classId: 0 },
      { layer: 'layer3', classId: 2 },
    ]);
    const general: ModelDescription = { ...MODEL, head: 'general' };
    expect(needs({}, general)).toEqual([]);
    expect(needs({ cam: { method: 'layer_cam' } }, general)).toHaveLength(2);
  });
});
