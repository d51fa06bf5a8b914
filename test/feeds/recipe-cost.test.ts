import { describe, expect, it } from '@jest/globals';
import { resolveRecipe, type RecipeWish } from '../../src/domain/analysis-recipe.js';
import type { ModelDescription } from '../../src/domain/model-description.js';
import { isExpensive } from '../../src/feeds/recipe-cost.js';
import { SAMPLE_MODEL } from '../fixtures/sample-model.js';

const last = SAMPLE_MODEL.featureMaps.at(-1)!;
const MODEL: ModelDescription = {
  ...SAMPLE_MODEL,
  head: 'gap_linear',
  featureMaps: [{ ...last, name: 'inner' }, last],
};
const costs = (wish: RecipeWish, model = MODEL) => isExpensive(resolveRecipe(wish, model).recipe, model);

describe('isExpensive', () => {
  it.each<[string, RecipeWish]>([
    ['scores', {}],
    ['boxes', { boxes: true, outlines: true }],
    ['native heatmaps', { heatmaps: { encoding: 'native_f32' } }],
    ['byte heatmaps', { heatmaps: { encoding: 'full_u8' } }],
    ['SL-FE', { features: { variant: 'sl_fe', pool: [512, 1, 1] } }],
    ['another method on the last map', { boxes: true, cam: { method: 'layer_cam' } }],
    ['a layer that nobody looks at', { cam: { layers: ['inner'] } }],
    ['a preview', { preview: { maxWidth: 320, quality: 75 } }],
  ])('no: %s', (_, wish) => {
    expect(costs(wish)).toBe(false);
  });

  it.each<[string, RecipeWish]>([
    ['an inner layer', { boxes: true, cam: { layers: ['inner'] } }],
    ['EigenCAM of an inner layer', { boxes: true, cam: { method: 'eigen_cam', layers: ['inner'] } }],
    ['LN-FE', { features: { variant: 'ln_fe', pool: [512, 1, 1] } }],
    ['full float heatmaps', { heatmaps: { encoding: 'full_f32' } }],
    ['PNG', { heatmaps: { encoding: 'png' } }],
  ])('yes: %s', (_, wish) => {
    expect(costs(wish)).toBe(true);
  });

  it('knows that a general head needs gradients on the last map, too', () => {
    const general: ModelDescription = { ...MODEL, head: 'general' };
    expect(costs({ boxes: true, cam: { method: 'layer_cam' } }, general)).toBe(true);
    expect(costs({ boxes: true }, general)).toBe(false);
  });
});
