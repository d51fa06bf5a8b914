import { reduce } from '../axes-operators.js';
import type { RunGraph } from '../foreign/run-graph.js';
import { GraphEditor } from '../graph-editor.js';
import { GRAPH_INPUTS } from '../graph-names.js';
import type { ValueRange } from './affine.js';
import { openForQuantization } from './quantize-graph.js';

export interface CalibrationFrames {
  /** RGB24 of the model's input size, one a frame. */
  readonly frames: readonly Uint8Array[];
  readonly width: number;
  readonly height: number;
}

/** Frames in one run of the graph; all feature maps of so many are in memory together. */
const BATCH = 8;

/** The smallest and largest value of every tensor that is to be quantized, over all frames. */
export async function calibrate(
  bytes: Uint8Array,
  { frames, width, height }: CalibrationFrames,
  runGraph: RunGraph,
): Promise<Map<string, ValueRange>> {
  const sources = new Set(openForQuantization(bytes).plan.tensors.values());
  const editor = GraphEditor.open(bytes);
  editor.removeOutputs();
  const probes = [...sources].map((tensor) => {
    const low = reduce(editor, 'ReduceMin', `${tensor}.low`, tensor, [1, 2, 3], false);
    const high = reduce(editor, 'ReduceMax', `${tensor}.high`, tensor, [1, 2, 3], false);
    for (const name of [low, high]) editor.output(name, 'float32', ['N']);
    return { tensor, low, high };
  });
  const graph = editor.finish({ prune: true });
  const outputs = probes.flatMap(({ low, high }) => [low, high]);
  const ranges = new Map<string, ValueRange>();
  for (let first = 0; first < frames.length; first += BATCH) {
    const part = frames.slice(first, first + BATCH);
    const dims = [part.length, height, width, 3];
    const feeds = { [GRAPH_INPUTS.frames]: { type: 'uint8', data: Buffer.concat(part), dims } } as const;
    const values = await runGraph(graph, feeds, outputs);
    for (const { tensor, low, high } of probes) {
      const known = ranges.get(tensor) ?? { low: Infinity, high: -Infinity };
      ranges.set(tensor, {
        low: Math.min(known.low, ...(values.get(low)!.data as Float32Array)),
        high: Math.max(known.high, ...(values.get(high)!.data as Float32Array)),
      });
    }
  }
  return ranges;
}
