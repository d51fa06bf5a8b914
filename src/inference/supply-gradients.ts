import type { AnalysisRecipe } from '../domain/analysis-recipe.js';
import type { FrameExplainer } from '../localization/frame-explainer.js';
import type { GradientNeed } from '../localization/gradient-needs.js';
import type { GraphOutputs } from '../localization/graph-outputs.js';
import type { DerivedGraphs, GradientRow } from './derived-graphs.js';
import type { FrameJob } from './worker-messages.js';

/** A frame of a batch whose graph outputs are known. */
export interface ExplainedFrame {
  readonly job: FrameJob;
  readonly outputs: GraphOutputs;
  readonly explainer: FrameExplainer;
  readonly recipes: readonly AnalysisRecipe[];
}

/** Most rows in one run of a gradient graph: each row keeps every activation from its layer to the logits. */
const MAX_ROWS = 16;

interface Row extends GradientRow {
  readonly need: GradientNeed;
  readonly explainer: FrameExplainer;
}

/** Computes the gradients that the frames' recipes need beyond the graph's own Grad-CAM, all frames of a layer together. */
export async function supplyGradients(
  frames: readonly ExplainedFrame[],
  graphs: DerivedGraphs,
): Promise<void> {
  const byLayer = new Map<string, Row[]>();
  for (const { explainer, recipes, outputs } of frames) {
    for (const need of explainer.missingGradients(recipes)) {
      const activation = outputs.featureMaps?.get(need.layer);
      if (activation === undefined)
        throw new Error(`a gradient by ${need.layer} is needed, and it was not fetched`);
      const rows = byLayer.get(need.layer) ?? [];
      rows.push({ need, explainer, activation, classId: need.classId });
      byLayer.set(need.layer, rows);
    }
  }
  for (const [layer, rows] of byLayer) {
    for (let from = 0; from < rows.length; from += MAX_ROWS) {
      const part = rows.slice(from, from + MAX_ROWS);
      const gradients = await graphs.gradients(layer, part);
      part.forEach(({ need, explainer }, i) => explainer.supplyGradient(need, gradients[i]!));
    }
  }
}
