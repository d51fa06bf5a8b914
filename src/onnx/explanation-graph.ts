import type { FeatureMapShape } from '../domain/model-description.js';
import type { GraphEditor } from './graph-editor.js';
import { elementTypeCode } from './graph-elements.js';
import { reduce, withAxes } from './axes-operators.js';
import { FEATURE_LENGTH, GRAPH_INPUTS, GRAPH_OUTPUTS, HEAD_GRADIENT } from './graph-names.js';

/** The term that keeps a flat map from being divided by zero, as the reference implementation has it. */
const SCALING_EPSILON = 1e-7;

/** Graph inputs and outputs that the explanation adds. */
export interface ExplanationNames {
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
}

/**
 * Grad-CAM of all classes and SL-FE features (Pang et al. 2022, section III) from the last feature map. Behind global
 * average pooling and one linear layer the gradient of logit k by every cell of channel c is W[k, c] / (h w), so the
 * map of all classes is one 1 x 1 convolution with the head's own weights [K, C], exact and without a backward pass.
 */
export function writeExplanation(
  writer: GraphEditor,
  map: FeatureMapShape,
  headWeights: Float32Array,
  classes: number,
): ExplanationNames {
  const { name, channels, height, width } = map;
  const gradients = headWeights.map((weight) => weight / (height * width));
  const weights = writer.floats(HEAD_GRADIENT, [classes, channels, 1, 1], gradients);
  const weighted = writer.node('Conv', 'gradcam.weighted', [name, weights], { kernel_shape: [1, 1] });
  return writeFromWeightedSum(writer, map, weighted, classes);
}

/**
 * The same for any head, from the gradients of all logits by the map, which the graph computes: [N * K, C, h, w], the
 * classes of a frame side by side. The weight of a channel is its mean over the cells.
 */
export function writeExplanationOfGradients(
  writer: GraphEditor,
  map: FeatureMapShape,
  gradients: string,
  classes: number,
): ExplanationNames {
  const { name, channels, height, width } = map;
  const means = reduce(writer, 'ReduceMean', 'gradcam.means', gradients, [2, 3], false);
  const perFrame = writer.integers('gradcam.weights.shape', [-1, classes, channels]);
  const weights = writer.node('Reshape', 'gradcam.weights', [means, perFrame]);
  const cells = writer.integers('gradcam.cells.shape', [0, channels, height * width]);
  const flat = writer.node('Reshape', 'gradcam.cells', [name, cells]);
  const sums = writer.node('MatMul', 'gradcam.sums', [weights, flat]);
  const grid = writer.integers('gradcam.weighted.shape', [0, classes, height, width]);
  const weighted = writer.node('Reshape', 'gradcam.weighted', [sums, grid]);
  return writeFromWeightedSum(writer, map, weighted, classes);
}

/** `weighted`: sum over the channels of weight times map, [N, K, h, w]. */
function writeFromWeightedSum(
  writer: GraphEditor,
  map: FeatureMapShape,
  weighted: string,
  classes: number,
): ExplanationNames {
  const gradcam = writeScaledMap(writer, map, weighted, classes);
  // Pooling to 512 entries is a plain mean over C / 512 channels only where that is a whole number.
  if (map.channels % FEATURE_LENGTH !== 0) return { inputs: [], outputs: [gradcam] };
  writeFeatures(writer, map, gradcam, classes);
  return {
    inputs: [GRAPH_INPUTS.roiThresholds],
    outputs: [gradcam, GRAPH_OUTPUTS.slfe, GRAPH_OUTPUTS.slfeCells],
  };
}

function writeScaledMap(
  writer: GraphEditor,
  { height, width }: FeatureMapShape,
  weighted: string,
  classes: number,
): string {
  const positive = writer.node('Relu', 'gradcam.positive', [weighted]);
  const low = reduce(writer, 'ReduceMin', 'gradcam.min', positive, [2, 3], true);
  const shifted = writer.node('Sub', 'gradcam.shifted', [positive, low]);
  const high = reduce(writer, 'ReduceMax', 'gradcam.max', shifted, [2, 3], true);
  const epsilon = writer.floats('gradcam.epsilon', [1], Float32Array.of(SCALING_EPSILON));
  const range = writer.node('Add', 'gradcam.range', [high, epsilon]);
  writer.output(GRAPH_OUTPUTS.gradcam, 'float32', ['N', classes, height, width]);
  return writer.node('Div', GRAPH_OUTPUTS.gradcam, [shifted, range]);
}

/**
 * Entry p of class k's feature is the mean over the masked cells of the C / 512 channels from p * C / 512 on: a
 * product of the channel-pooled map [512, cells] with the mask [cells, K], divided by the number of masked cells.
 */
function writeFeatures(writer: GraphEditor, map: FeatureMapShape, gradcam: string, classes: number): void {
  const cells = map.height * map.width;
  const thresholds = writer.input(GRAPH_INPUTS.roiThresholds, 'float32', ['N', classes]);
  const perClass = withAxes(writer, 'Unsqueeze', 'slfe.thresholds', thresholds, [2]);
  const flatMaps = writer.node('Reshape', 'slfe.heatmaps', [
    gradcam,
    writer.integers('slfe.heatmaps.shape', [0, classes, cells]),
  ]);
  const above = writer.node('Greater', 'slfe.above', [flatMaps, perClass]);
  const mask = writer.node('Cast', 'slfe.mask', [above], { to: elementTypeCode('float32') });
  const count = reduce(writer, 'ReduceSum', 'slfe.count', mask, [2], true);

  const grouped = writer.node('Reshape', 'slfe.groups', [
    map.name,
    writer.integers('slfe.groups.shape', [0, FEATURE_LENGTH, map.channels / FEATURE_LENGTH, cells]),
  ]);
  const pooled = reduce(writer, 'ReduceMean', 'slfe.pooled', grouped, [2], false);
  const byCell = writer.node('Transpose', 'slfe.cells', [pooled], { perm: [0, 2, 1] });
  const sum = writer.node('MatMul', 'slfe.sum', [mask, byCell]);
  // An empty mask has sum 0 and count 0: 0 / 1 instead of NaN; slfe_cells tells that there is no feature.
  const atLeastOne = writer.node('Max', 'slfe.divisor', [
    count,
    writer.floats('slfe.one', [1], Float32Array.of(1)),
  ]);
  writer.node('Div', GRAPH_OUTPUTS.slfe, [sum, atLeastOne]);
  writer.output(GRAPH_OUTPUTS.slfe, 'float32', ['N', classes, FEATURE_LENGTH]);
  withAxes(writer, 'Squeeze', GRAPH_OUTPUTS.slfeCells, count, [2]);
  writer.output(GRAPH_OUTPUTS.slfeCells, 'float32', ['N', classes]);
}
