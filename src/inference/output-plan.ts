import type { KeyedRecipe } from '../domain/analysis-recipe.js';
import type { ModelDescription } from '../domain/model-description.js';
import { graphDemand } from '../localization/graph-demand.js';
import type { GraphOutputs } from '../localization/graph-outputs.js';
import { GRAPH_OUTPUTS } from '../onnx/graph-names.js';

/** What one frame's recipes need of the graph. */
export interface OutputPlan {
  /** T_roi of every class for the region features that the graph computes. */
  readonly roiThresholds: readonly number[];
  /** Names of the outputs to fetch. */
  readonly outputs: readonly string[];
  /** Whether the head's weights are needed as gradients. */
  readonly headWeights: boolean;
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
  outputs.push(...demand.featureMaps);
  return { roiThresholds: demand.roiThresholds, outputs, headWeights: demand.headWeights };
}

/** The values fetched for a batch of `count` frames as the explanation of frame `index` takes them. */
export function frameOutputs(
  values: ReadonlyMap<string, Float32Array>,
  index: number,
  count: number,
  { roiThresholds }: OutputPlan,
  model: ModelDescription,
  headWeights?: Float32Array,
): GraphOutputs {
  const part = (all: Float32Array): Float32Array => {
    const length = all.length / count;
    return all.subarray(index * length, (index + 1) * length);
  };
  const row = <K extends keyof GraphOutputs>(key: K, name: string): Partial<Record<K, Float32Array>> => {
    const all = values.get(name);
    return all === undefined ? {} : ({ [key]: part(all) } as Partial<Record<K, Float32Array>>);
  };
  const featureMaps = new Map<string, Float32Array>();
  for (const { name } of model.featureMaps) {
    const all = values.get(name);
    if (all !== undefined) featureMaps.set(name, part(all));
  }
  return {
    logits: row('logits', GRAPH_OUTPUTS.logits).logits!,
    ...row('gradcam', GRAPH_OUTPUTS.gradcam),
    ...row('slfe', GRAPH_OUTPUTS.slfe),
    ...row('slfeCells', GRAPH_OUTPUTS.slfeCells),
    slfeThresholds: roiThresholds,
    featureMaps,
    ...(headWeights === undefined ? {} : { headWeights }),
  };
}
