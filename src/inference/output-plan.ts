import type { KeyedRecipe } from '../domain/analysis-recipe.js';
import type { ModelDescription } from '../domain/model-description.js';
import type { GraphOutputs } from '../localization/frame-explainer.js';
import { graphDemand } from '../localization/graph-demand.js';
import { GRAPH_OUTPUTS } from '../onnx/graph-names.js';

/** What one frame's recipes need of the graph. */
export interface OutputPlan {
  /** T_roi of every class for the region features that the graph computes. */
  readonly roiThresholds: readonly number[];
  /** Names of the outputs to fetch. */
  readonly outputs: readonly string[];
}

export function planOutputs(
  recipes: readonly KeyedRecipe[],
  model: ModelDescription,
  graphOutputs: readonly string[],
): OutputPlan {
  const demand = graphDemand(recipes, model, graphOutputs.includes(GRAPH_OUTPUTS.slfe));
  const outputs: string[] = [GRAPH_OUTPUTS.logits];
  if (demand.gradcam) outputs.push(GRAPH_OUTPUTS.gradcam);
  if (demand.slfe) outputs.push(GRAPH_OUTPUTS.slfe, GRAPH_OUTPUTS.slfeCells);
  // Large, and fetched for nothing else.
  if (demand.lastFeatureMap) outputs.push(lastFeatureMapOf(model));
  return { roiThresholds: demand.roiThresholds, outputs };
}

/** The values fetched for a batch of `count` frames as the explanation of frame `index` takes them. */
export function frameOutputs(
  values: ReadonlyMap<string, Float32Array>,
  index: number,
  count: number,
  { roiThresholds }: OutputPlan,
  model: ModelDescription,
): GraphOutputs {
  const row = <K extends keyof GraphOutputs>(key: K, name: string): Partial<Record<K, Float32Array>> => {
    const all = values.get(name);
    if (all === undefined) return {};
    const length = all.length / count;
    return { [key]: all.subarray(index * length, (index + 1) * length) } as Partial<Record<K, Float32Array>>;
  };
  return {
    logits: row('logits', GRAPH_OUTPUTS.logits).logits!,
    ...row('gradcam', GRAPH_OUTPUTS.gradcam),
    ...row('slfe', GRAPH_OUTPUTS.slfe),
    ...row('slfeCells', GRAPH_OUTPUTS.slfeCells),
    ...row('lastFeatureMap', lastFeatureMapOf(model)),
    slfeThresholds: roiThresholds,
  };
}

function lastFeatureMapOf(model: ModelDescription): string {
  return model.featureMaps.at(-1)!.name;
}
