import { GraphEditor } from '../graph-editor.js';
import { GRAPH_INPUTS } from '../graph-names.js';
import { readGraph } from '../graph-view.js';
import type { RunGraph } from '../foreign/run-graph.js';
import { numberInputs, planHalf } from './plan-half.js';

export interface PeakFrames {
  /** RGB24, `width` x `height`. */
  readonly frames: readonly Uint8Array[];
  readonly width: number;
  readonly height: number;
}

/**
 * The largest magnitude over the frames of every tensor that would be in half precision: the float graph gives them
 * out as one number each. A tensor that was not finite has Infinity.
 */
export async function measurePeaks(
  graph: Uint8Array,
  featureMaps: readonly string[],
  { frames, width, height }: PeakFrames,
  runGraph: RunGraph,
): Promise<ReadonlyMap<string, number>> {
  const view = readGraph(graph);
  const { nodes } = planHalf(view, featureMaps);
  const tensors = new Set([...nodes].flatMap((node) => [...numberInputs(node), ...(node.output ?? [])]));
  const editor = GraphEditor.open(graph);
  editor.removeOutputs();
  const outputs = new Map<string, string>();
  for (const tensor of tensors) {
    if (tensor === '' || view.constant(tensor) !== undefined) continue;
    const magnitude = editor.node('Abs', `${tensor}.magnitude`, [tensor]);
    // Without axes: over all of them, in every version of the operator.
    const peak = editor.node('ReduceMax', `${tensor}.peak`, [magnitude], { keepdims: 0 });
    editor.output(peak, 'float32', []);
    outputs.set(tensor, peak);
  }
  const bytes = editor.finish({ prune: true });
  const names = [...outputs.values()];
  const peaks = new Map<string, number>();
  for (const data of frames) {
    const dims = [1, height, width, 3];
    const values = await runGraph(bytes, { [GRAPH_INPUTS.frames]: { type: 'uint8', data, dims } }, names);
    for (const [tensor, output] of outputs) {
      const value = (values.get(output)!.data as Float32Array)[0]!;
      peaks.set(tensor, Math.max(peaks.get(tensor) ?? 0, Number.isFinite(value) ? value : Infinity));
    }
  }
  return peaks;
}
