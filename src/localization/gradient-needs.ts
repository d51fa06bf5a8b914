import { isOwnMap, type AnalysisRecipe } from '../domain/analysis-recipe.js';
import type { ModelDescription } from '../domain/model-description.js';

/** The gradient of one class's logit by one feature map. */
export interface GradientNeed {
  readonly layer: string;
  readonly classId: number;
}

/** Whether a recipe's heatmaps follow from the head's own weights (`uniform`), need a gradient graph, or neither. */
export function gradientKind(
  { cam }: AnalysisRecipe,
  layer: string,
  model: ModelDescription,
): 'none' | 'uniform' | 'dense' {
  if (cam.method === 'eigen_cam' || isOwnMap(cam.method, layer, model)) return 'none';
  return model.head === 'gap_linear' && layer === model.featureMaps.at(-1)!.name ? 'uniform' : 'dense';
}

/** Whether a recipe needs any heatmap. */
export function wantsMaps({ boxes, heatmaps, features }: AnalysisRecipe): boolean {
  return boxes || heatmaps !== undefined || features !== undefined;
}

/** The gradients that a gradient graph must compute for one frame: each layer and present class once. */
export function gradientNeeds(
  recipes: readonly AnalysisRecipe[],
  presentOf: (recipe: AnalysisRecipe) => readonly boolean[],
  model: ModelDescription,
): GradientNeed[] {
  const needs = new Map<string, GradientNeed>();
  for (const recipe of recipes.filter(wantsMaps)) {
    for (const layer of recipe.cam.layers) {
      if (gradientKind(recipe, layer, model) !== 'dense') continue;
      presentOf(recipe).forEach((isPresent, classId) => {
        if (isPresent) needs.set(`${classId} ${layer}`, { layer, classId });
      });
    }
  }
  return [...needs.values()];
}
