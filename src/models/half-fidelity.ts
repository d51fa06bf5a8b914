import { SurgicamError } from '../domain/errors.js';
import { presentClasses, probabilitiesOf } from '../localization/presence.js';
import type { GraphFeeds, RunGraph } from '../onnx/foreign/run-graph.js';
import { GRAPH_INPUTS, GRAPH_OUTPUTS } from '../onnx/graph-names.js';
import { widenHalf } from '../onnx/half/widen-half.js';
import type { ModelPackage } from './model-package.js';
import { correlation, cosine, mean, worstPerCent, type Fidelity } from './quantization-fidelity.js';

/**
 * How near a graph in half precision is to the one it was made of, over frames: with the rounding of its
 * numbers, but not their range (see widenHalf). Error: failed_precondition when the model sees no class on any frame.
 */
export async function measureHalf(
  { description, graphOutputs }: ModelPackage,
  original: Uint8Array,
  converted: Uint8Array,
  frames: readonly Uint8Array[],
  runGraph: RunGraph,
): Promise<Fidelity> {
  const { inputWidth, inputHeight, classes, roiThreshold, classThreshold, probabilityFunction } = description;
  const { logits, gradcam, slfe } = GRAPH_OUTPUTS;
  const hasFeatures = graphOutputs.includes(slfe);
  const outputs = hasFeatures ? [logits, gradcam, slfe] : [logits, gradcam];
  const thresholds = classes.map(() => classThreshold);
  const heatmaps: number[] = [];
  const features: number[] = [];
  const decisions: number[] = [];
  const emulated = widenHalf(converted, { rounding: true });
  for (const data of frames) {
    const feeds: GraphFeeds = {
      [GRAPH_INPUTS.frames]: { type: 'uint8', data, dims: [1, inputHeight, inputWidth, 3] },
      ...(hasFeatures && {
        [GRAPH_INPUTS.roiThresholds]: {
          type: 'float32',
          data: new Float32Array(classes.length).fill(roiThreshold),
          dims: [1, classes.length],
        },
      }),
    };
    const run = async (graph: Uint8Array) => {
      const values = await runGraph(graph, feeds, outputs);
      const floats = (name: string): Float32Array => values.get(name)!.data as Float32Array;
      const present = presentClasses(probabilitiesOf(floats(logits), probabilityFunction), thresholds);
      return { floats, present };
    };
    const [before, after] = [await run(original), await run(emulated)];
    for (const classId of classes.keys()) {
      decisions.push(before.present[classId] === after.present[classId] ? 1 : 0);
      if (!before.present[classId]!) continue;
      const row = (of: typeof before, name: string): Float32Array => {
        const all = of.floats(name);
        const length = all.length / classes.length;
        return all.subarray(classId * length, (classId + 1) * length);
      };
      heatmaps.push(correlation(row(before, gradcam), row(after, gradcam)));
      if (hasFeatures) features.push(cosine(row(before, slfe), row(after, slfe)));
    }
  }
  if (heatmaps.length === 0) {
    throw new SurgicamError(
      'failed_precondition',
      'the model sees no class in the frames, so there is no heatmap to compare: give frames that show its classes, or none',
    );
  }
  return {
    heatmapCorrelation: mean(heatmaps),
    worstHeatmapCorrelation: worstPerCent(heatmaps),
    presenceAgreement: mean(decisions),
    ...(features.length > 0 && { slfeCosine: mean(features) }),
  };
}
