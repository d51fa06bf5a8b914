import type { KeyedRecipe } from '../domain/analysis-recipe.js';
import type { ModelDescription } from '../domain/model-description.js';

/** Which graph outputs a set of recipes needs of one frame. */
export interface GraphDemand {
  readonly gradcam: boolean;
  readonly slfe: boolean;
  readonly lastFeatureMap: boolean;
  /** T_roi per class for the features that the graph computes. */
  readonly roiThresholds: readonly number[];
}

/**
 * The union of the recipes' needs. The graph computes features under one T_roi per class; recipes that wish another
 * one are served from the last feature map, which is then fetched as well.
 */
export function graphDemand(
  recipes: readonly KeyedRecipe[],
  model: ModelDescription,
  graphHasFeatures: boolean,
): GraphDemand {
  const withFeatures = recipes.filter(({ recipe }) => recipe.features !== undefined);
  const roiThresholds = withFeatures[0]?.recipe.roiThresholds ?? model.classes.map(() => model.roiThreshold);
  const othersDiffer = withFeatures.some(({ recipe }) =>
    recipe.roiThresholds.some((threshold, classId) => threshold !== roiThresholds[classId]),
  );
  const wantsFeatures = withFeatures.length > 0;
  const lastFeatureMap = wantsFeatures && (!graphHasFeatures || othersDiffer);
  return {
    gradcam: lastFeatureMap || recipes.some(({ recipe }) => recipe.boxes || recipe.heatmaps !== undefined),
    slfe: wantsFeatures && graphHasFeatures,
    lastFeatureMap,
    roiThresholds,
  };
}
