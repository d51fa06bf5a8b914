import { isOwnCam, isOwnMap, type AnalysisRecipe, type KeyedRecipe } from '../domain/analysis-recipe.js';
import type { ModelDescription } from '../domain/model-description.js';
import { gradientKind, wantsMaps } from './gradient-needs.js';

/** Which graph outputs a set of recipes needs of one frame. */
export interface GraphDemand {
  readonly gradcam: boolean;
  readonly slfe: boolean;
  /** Names of feature maps to fetch, in the model's order. */
  readonly featureMaps: readonly string[];
  /** Whether the gradient of a global-average-pooling head is needed, which is its weights. */
  readonly headWeights: boolean;
  /** T_roi per class for the features that the graph computes. */
  readonly roiThresholds: readonly number[];
}

/**
 * The union of the recipes' needs. The graph computes SL-FE of its own Grad-CAM under one T_roi per class; recipes
 * that wish anything else are served from feature maps, which are then fetched as well.
 */
export function graphDemand(
  recipes: readonly KeyedRecipe[],
  model: ModelDescription,
  graphHasFeatures: boolean,
): GraphDemand {
  const all = recipes.map(({ recipe }) => recipe);
  const singlePass = all.filter((recipe) => recipe.features?.variant === 'sl_fe');
  const inGraph = graphHasFeatures ? singlePass.filter(({ cam }) => isOwnCam(cam, model)) : [];
  const roiThresholds = inGraph[0]?.roiThresholds ?? model.classes.map(() => model.roiThreshold);
  const last = model.featureMaps.at(-1)!.name;

  const maps = new Set<string>();
  for (const recipe of all) {
    const { cam, features } = recipe;
    if (wantsMaps(recipe)) {
      for (const layer of cam.layers) {
        if (!isOwnMap(cam.method, layer, model)) maps.add(layer);
      }
    }
    if (features?.variant === 'l_fe') for (const { name } of model.featureMaps) maps.add(name);
    const isServedByGraph = inGraph.includes(recipe) && sameThresholds(recipe.roiThresholds, roiThresholds);
    if (features?.variant === 'sl_fe' && !isServedByGraph) maps.add(last);
  }
  return {
    gradcam: all.some((recipe) => needsGradCam(recipe, model, maps.has(last))),
    slfe: inGraph.length > 0,
    featureMaps: model.featureMaps.map(({ name }) => name).filter((name) => maps.has(name)),
    headWeights: all.some(
      (recipe) =>
        wantsMaps(recipe) &&
        recipe.cam.layers.some((layer) => gradientKind(recipe, layer, model) === 'uniform'),
    ),
    roiThresholds,
  };
}

/** The graph's own SL-FE needs no map outside of the graph. */
function needsGradCam(recipe: AnalysisRecipe, model: ModelDescription, lastIsFetched: boolean): boolean {
  const { cam, boxes, heatmaps, features } = recipe;
  if (!cam.layers.some((layer) => isOwnMap(cam.method, layer, model))) return false;
  if (boxes || heatmaps !== undefined) return true;
  return features !== undefined && (features.variant !== 'sl_fe' || lastIsFetched);
}

function sameThresholds(a: readonly number[], b: readonly number[]): boolean {
  return a.every((threshold, classId) => threshold === b[classId]);
}
