import { SurgicamError } from '../../domain/errors.js';
import { GraphEditor } from '../graph-editor.js';
import { GRAPH_INPUTS, GRAPH_OUTPUTS } from '../graph-names.js';
import type { GraphInput } from '../resnet-graph.js';
import { runForeign } from './measure-shapes.js';
import { pictureAxes, type PreparedNetwork } from './prepare-network.js';
import type { GraphFeeds, RunGraph } from './run-graph.js';
import type { ForeignGraph, LogitsTensor } from './write-foreign-graph.js';

/** Allowed difference: a part of the largest number, and a little where all are small. */
const RELATIVE = 1e-4;
const ABSOLUTE = 1e-5;

/** Scaled maps: where a map is nearly flat, rounding shows more. */
const MAP_TOLERANCE = 1e-2;

const PICTURES = 2;

/**
 * Runs the network as it came and the package's graph on the same pictures of noise. Error: failed_precondition when
 * logits differ beyond rounding, when two pictures together give something else than one after the other, or when maps
 * are no numbers in [0, 1].
 */
export async function verifyImport(
  original: PreparedNetwork,
  logits: LogitsTensor,
  imported: ForeignGraph,
  { mean, std }: Pick<GraphInput, 'mean' | 'std'>,
  classes: number,
  runGraph: RunGraph,
): Promise<void> {
  const { height, width } = original.size;
  const pictures = Array.from({ length: PICTURES }, (_, index) => noise(height * width * 3, index));
  const network = withLogits(original, logits);
  const wanted = [GRAPH_OUTPUTS.logits, GRAPH_OUTPUTS.gradcam];
  const single = { logits: [] as number[], maps: [] as number[] };
  for (const picture of pictures) {
    const feeds = { [original.input.name]: normalized(picture, original, mean, std) };
    const before = numbers(await runForeign(runGraph, network, feeds, [logits.name]), logits.name);
    const values = await run(runGraph, imported, frameFeeds(imported, [picture], original, classes), wanted);
    const after = numbers(values, GRAPH_OUTPUTS.logits);
    expectClose('logits of the package and of the network', after, before, RELATIVE);
    single.logits.push(...after);
    single.maps.push(...numbers(values, GRAPH_OUTPUTS.gradcam));
  }
  if (!single.maps.every((value) => value >= 0 && value <= 1 + MAP_TOLERANCE)) {
    throw new SurgicamError(
      'failed_precondition',
      'the Grad-CAM maps of the network are no numbers from 0 to 1',
    );
  }
  const both = await run(runGraph, imported, frameFeeds(imported, pictures, original, classes), wanted);
  const together = 'of two pictures together and one after the other';
  expectClose(`logits ${together}`, numbers(both, GRAPH_OUTPUTS.logits), single.logits, RELATIVE);
  expectClose(`Grad-CAM ${together}`, numbers(both, GRAPH_OUTPUTS.gradcam), single.maps, MAP_TOLERANCE);
}

async function run(
  runGraph: RunGraph,
  graph: ForeignGraph,
  feeds: GraphFeeds,
  outputs: readonly string[],
): ReturnType<RunGraph> {
  try {
    return await runGraph(graph.bytes, feeds, outputs);
  } catch (error) {
    const { message } = SurgicamError.from(error);
    throw new SurgicamError(
      'failed_precondition',
      `the network cannot be run on several pictures at once: ${message}. Export it with dynamic_axes for the batch`,
      { cause: error },
    );
  }
}

function withLogits({ model }: PreparedNetwork, { name, rank }: LogitsTensor): Uint8Array {
  const editor = new GraphEditor(model);
  editor.removeOutputs();
  editor.output(name, 'float32', ['N', 'K', 1, 1].slice(0, rank));
  return editor.finish();
}

function frameFeeds(
  { inputs }: ForeignGraph,
  pictures: readonly Uint8Array[],
  { size }: PreparedNetwork,
  classes: number,
): GraphFeeds {
  const count = pictures.length;
  const data = new Uint8Array(Buffer.concat(pictures));
  const thresholds = new Float32Array(count * classes).fill(0.5);
  return {
    [GRAPH_INPUTS.frames]: { type: 'uint8', data, dims: [count, size.height, size.width, 3] },
    ...(inputs.includes(GRAPH_INPUTS.roiThresholds)
      ? { [GRAPH_INPUTS.roiThresholds]: { type: 'float32', data: thresholds, dims: [count, classes] } }
      : {}),
  };
}

/** What the network's own input is for these bytes. */
function normalized(
  picture: Uint8Array,
  { input, size }: PreparedNetwork,
  mean: readonly number[],
  std: readonly number[],
): GraphFeeds[string] {
  const data = new Float32Array(picture.length);
  const cells = size.height * size.width;
  picture.forEach((value, index) => {
    const channel = index % 3;
    const target = input.layout === 'nhwc' ? index : channel * cells + (index - channel) / 3;
    data[target] = (value / 255 - mean[channel]!) / std[channel]!;
  });
  return { type: 'float32', data, dims: pictureAxes(input.layout, 1, size) };
}

/** Bytes that look random and are the same every time. */
function noise(length: number, seed: number): Uint8Array {
  const bytes = new Uint8Array(length);
  for (let index = 0; index < length; index++) {
    let mixed = Math.imul(index + 1 + seed * length, 0x9e3779b1);
    mixed = Math.imul(mixed ^ (mixed >>> 15), 0x85ebca6b);
    bytes[index] = (mixed ^ (mixed >>> 13)) >>> 8;
  }
  return bytes;
}

function numbers(values: Awaited<ReturnType<RunGraph>>, name: string): number[] {
  return Array.from(values.get(name)!.data, Number);
}

function expectClose(
  what: string,
  actual: readonly number[],
  expected: readonly number[],
  relative: number,
): void {
  const largest = expected.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
  const worst = expected.reduce((most, value, index) => {
    const difference = Math.abs(value - (actual[index] ?? NaN));
    return difference <= most ? most : difference; // keeps NaN
  }, 0);
  if (actual.length === expected.length && worst <= relative * largest + ABSOLUTE) return;
  throw new SurgicamError(
    'failed_precondition',
    `the ${what} differ by ${worst}; allowed: ${relative * largest + ABSOLUTE}. The network was not imported. If it was ` +
      'exported for a fixed batch, export it with dynamic_axes for the batch; in training mode, with model.eval()',
  );
}
