import type { AnalysisRecipe } from '../domain/analysis-recipe.js';
import type { ModelDescription } from '../domain/model-description.js';
import { gradientKind, wantsMaps } from '../localization/gradient-needs.js';

/**
 * Whether a recipe costs a multiple of a plain one: feature maps or gradients beyond the model's own Grad-CAM, a run of
 * the network for every box (LN-FE), or heatmaps that are large (float32 at the input's size) or slow (PNG) to write.
 */
export function isExpensive(recipe: AnalysisRecipe, model: ModelDescription): boolean {
  const last = model.featureMaps.at(-1)!.name;
  const looksInside =
    wantsMaps(recipe) &&
    recipe.cam.layers.some((layer) => layer !== last || gradientKind(recipe, layer, model) === 'dense');
  const encoding = recipe.heatmaps?.encoding;
  return looksInside || recipe.features?.variant === 'ln_fe' || encoding === 'full_f32' || encoding === 'png';
}
