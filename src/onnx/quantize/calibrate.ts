import { reduce } from '../axes-operators.js';
import type { OpenGraph } from '../foreign/run-graph.js';
import { GraphEditor } from '../graph-editor.js';
import { GRAPH_INPUTS } from '../graph-names.js';
import type { ValueRange } from './affine.js';
import { openForQuantization } from './quantize-graph.js';
import { ValueHistogram } from './value-histogram.js';

export interface CalibrationFrames {
  /** RGB24 of the model's input size, one a frame. */
  readonly frames: readonly Uint8Array[];
  readonly width: number;
  readonly height: number;
}

/** What was measured of a graph's tensors. */
export interface TensorStatistics {
  /** Smallest and largest value of every tensor that is to be quantized. */
  readonly ranges: ReadonlyMap<string, ValueRange>;
  /** Mean of every channel of what the convolutions take, over frames and cells. */
  readonly channelMeans: ReadonlyMap<string, Float32Array>;
}

/** Frames in one run; the reductions are part of the graph, so the runtime gives feature maps back as it goes. */
const BATCH = 4;

/** Ranges and means over all frames. `onFrames` hears how many are done. */
export async function measureTensors(
  bytes: Uint8Array,
  { frames, width, height }: CalibrationFrames,
  openGraph: OpenGraph,
  onFrames: (done: number) => void = () => undefined,
): Promise<TensorStatistics> {
  const { plan } = openForQuantization(bytes);
  const editor = GraphEditor.open(bytes);
  editor.removeOutputs();
  const reduced = (operator: 'ReduceMin' | 'ReduceMax' | 'ReduceMean', tensor: string, axes: number[]) => {
    const name = reduce(editor, operator, `${tensor}.${operator}`, tensor, axes, false);
    editor.output(name, 'float32', axes.length === 3 ? ['N'] : ['N', `${tensor}.channels`]);
    return name;
  };
  const extremes = [...new Set(plan.tensors.values())].map((tensor) => ({
    tensor,
    low: reduced('ReduceMin', tensor, [1, 2, 3]),
    high: reduced('ReduceMax', tensor, [1, 2, 3]),
  }));
  const inputs = [...new Set(plan.convolutions.map(({ input }) => input![0]!))];
  const means = inputs.map((tensor) => ({ tensor, mean: reduced('ReduceMean', tensor, [2, 3]) }));
  const outputs = [...extremes.flatMap(({ low, high }) => [low, high]), ...means.map(({ mean }) => mean)];
  const graph = await openGraph(editor.finish({ prune: true }));
  const ranges = new Map<string, ValueRange>();
  const sums = new Map<string, Float64Array>();
  try {
    for (let first = 0; first < frames.length; first += BATCH) {
      const part = frames.slice(first, first + BATCH);
      const dims = [part.length, height, width, 3];
      const feeds = { [GRAPH_INPUTS.frames]: { type: 'uint8', data: Buffer.concat(part), dims } } as const;
      const values = await graph.run(feeds, outputs);
      const row = (name: string): Float32Array => values.get(name)!.data as Float32Array;
      for (const { tensor, low, high } of extremes) {
        const known = ranges.get(tensor) ?? { low: Infinity, high: -Infinity };
        ranges.set(tensor, {
          low: Math.min(known.low, ...row(low)),
          high: Math.max(known.high, ...row(high)),
        });
      }
      for (const { tensor, mean } of means) addRows(sums, tensor, row(mean), part.length);
      onFrames(first + part.length);
    }
  } finally {
    await graph.close();
  }
  const channelMeans = new Map(
    [...sums].map(([tensor, sum]) => [tensor, Float32Array.from(sum, (value) => value / frames.length)]),
  );
  return { ranges, channelMeans };
}

/**
 * Histograms of the same tensors over ranges that were measured before. One frame is run at a time, and its feature
 * maps are counted and forgotten: memory does not grow with the frames.
 */
export async function measureHistograms(
  bytes: Uint8Array,
  ranges: ReadonlyMap<string, ValueRange>,
  { frames, width, height }: CalibrationFrames,
  openGraph: OpenGraph,
  onFrames: (done: number) => void = () => undefined,
): Promise<ReadonlyMap<string, ValueHistogram>> {
  const editor = GraphEditor.open(bytes);
  editor.removeOutputs();
  const histograms = new Map([...ranges].map(([tensor, range]) => [tensor, new ValueHistogram(range)]));
  const names = [...histograms.keys()];
  for (const name of names)
    editor.output(name, 'float32', ['N', ...[1, 2, 3].map((axis) => `${name}.${axis}`)]);
  const graph = await openGraph(editor.finish({ prune: true }));
  try {
    for (const [index, frame] of frames.entries()) {
      const feed = { type: 'uint8', data: frame, dims: [1, height, width, 3] } as const;
      const values = await graph.run({ [GRAPH_INPUTS.frames]: feed }, names);
      for (const [name, histogram] of histograms) histogram.add(values.get(name)!.data as Float32Array);
      onFrames(index + 1);
    }
  } finally {
    await graph.close();
  }
  return histograms;
}

function addRows(sums: Map<string, Float64Array>, tensor: string, rows: Float32Array, count: number): void {
  const channels = rows.length / count;
  const sum = sums.get(tensor) ?? new Float64Array(channels);
  rows.forEach((value, i) => (sum[i % channels]! += value));
  sums.set(tensor, sum);
}
