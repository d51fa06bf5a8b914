import { describe, expect, it } from '@jest/globals';
import { resolveRecipe, type RecipeWish } from '../../src/domain/analysis-recipe.js';
import { frameOutputs, planOutputs } from '../../src/inference/output-plan.js';
import { SAMPLE_MODEL } from '../fixtures/sample-model.js';

const WITH_FEATURES = ['logits', 'gradcam', 'slfe', 'slfe_cells', 'layer4'];
const WITHOUT = ['logits', 'gradcam', 'layer4'];
const FEATURES: RecipeWish = { features: { variant: 'sl_fe', pool: [512, 1, 1] } };

const plan = (graphOutputs: readonly string[], ...wishes: RecipeWish[]) =>
  planOutputs(
    wishes.map((wish) => resolveRecipe(wish, SAMPLE_MODEL)),
    SAMPLE_MODEL,
    graphOutputs,
  );

describe('planOutputs', () => {
  it('fetches the union of what the recipes need', () => {
    expect(plan(WITH_FEATURES).outputs).toEqual(['logits']);
    expect(plan(WITH_FEATURES, {}, { boxes: true }).outputs).toEqual(['logits', 'gradcam']);
    expect(plan(WITH_FEATURES, { heatmaps: { encoding: 'png' } }, FEATURES).outputs).toEqual([
      'logits',
      'gradcam',
      'slfe',
      'slfe_cells',
    ]);
  });

  it('fetches the feature map where the graph cannot give the features', () => {
    expect(plan(WITHOUT, FEATURES).outputs).toEqual(['logits', 'gradcam', 'layer4']);
    const differing = plan(WITH_FEATURES, FEATURES, { ...FEATURES, roiThreshold: 0.1 });
    expect(differing.outputs).toEqual(WITH_FEATURES);
    expect(differing.roiThresholds).toEqual([0.3, 0.3, 0.3]);
  });
});

describe('frameOutputs', () => {
  it("is one frame's share of what was fetched", () => {
    const values = new Map([
      ['logits', Float32Array.of(1, 2, 3, 4, 5, 6)],
      ['slfe_cells', Float32Array.of(7, 8, 9, 10, 11, 12)],
    ]);
    const { logits, slfeCells, gradcam, slfeThresholds } = frameOutputs(
      values,
      1,
      2,
      plan(WITH_FEATURES),
      SAMPLE_MODEL,
    );
    expect([[...logits], [...slfeCells!], gradcam]).toEqual([[4, 5, 6], [10, 11, 12], undefined]);
    expect(slfeThresholds).toEqual([0.3, 0.3, 0.3]);
  });
});
