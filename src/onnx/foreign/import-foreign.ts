import { SurgicamError } from '../../domain/errors.js';
import type { FeatureMapShape, HeadKind, ProbabilityFunction } from '../../domain/model-description.js';
import { deriveGradientGraph } from '../gradient/derive-gradient-graph.js';
import type { GraphInput, ModelGraph } from '../resnet-graph.js';
import { flowTensors } from './data-flow.js';
import { chooseFeatureMaps } from './feature-maps.js';
import { findLogits } from './find-logits.js';
import { viewOf, type ForeignNetwork } from './foreign-network.js';
import { freeBatch } from './free-batch.js';
import { proveLinearHead } from './linear-head.js';
import { measureShapes } from './measure-shapes.js';
import { prepareNetwork, type PictureSize } from './prepare-network.js';
import type { RunGraph } from './run-graph.js';
import { verifyImport } from './verify-import.js';
import { writeForeignGraph, type ForeignGraph } from './write-foreign-graph.js';

export interface ForeignImport extends GraphInput {
  /** In the order of the logits. */
  readonly classes: readonly string[];
  /** Tensor or node whose map Grad-CAM is computed on. If absent, the last map of more than one cell. */
  readonly targetLayer?: string;
  /** If absent, softmax for a network that ends in one, else sigmoid. */
  readonly probabilityFunction?: ProbabilityFunction;
  readonly runGraph: RunGraph;
}

/** A model package's graph made of a foreign network, and what its manifest says of it. */
export interface ForeignModelGraph extends ModelGraph {
  readonly head: HeadKind;
  readonly probabilityFunction: ProbabilityFunction;
}

/** The size of the pictures: the file's own, or the wish where the file leaves it open. Error: invalid_argument. */
export function pictureSize(
  { input }: ForeignNetwork,
  wish: { readonly width?: number | undefined; readonly height?: number | undefined },
): PictureSize {
  const width = agreed('width', input.width, wish.width);
  const height = agreed('height', input.height, wish.height);
  return { width, height };
}

function agreed(side: 'width' | 'height', own: number | undefined, wish: number | undefined): number {
  if (own !== undefined && wish !== undefined && own !== wish) {
    const allowed = `${own}, the ${side} that the ONNX file was exported for (or leave --input-size out)`;
    throw SurgicamError.invalidField(`input size: ${side}`, wish, allowed);
  }
  const size = own ?? wish;
  if (size !== undefined) return size;
  throw SurgicamError.invalidField(
    `input size: ${side}`,
    undefined,
    '--input-size <WIDTHxHEIGHT>: the ONNX file leaves it open',
  );
}

/**
 * Makes a package's graph of any ONNX image classifier and checks it against the original on noise. Errors:
 * invalid_argument when the network is no image classifier of these classes or its head cannot be differentiated;
 * failed_precondition when the result does not compute what the network does.
 */
export async function importForeign(
  foreign: ForeignNetwork,
  options: ForeignImport,
): Promise<ForeignModelGraph> {
  const { classes, runGraph, inputWidth: width, inputHeight: height } = options;
  const original = prepareNetwork(foreign, { width, height });
  const shapes = await measureShapes(original, runGraph);
  const network = foreign.input.batchIsFixed ? freeBatch(original, shapes) : original;
  const view = viewOf(network.model, network.opset);
  const logits = findLogits(view, shapes, classes);
  const flow = flowTensors(view, network.input, logits.tensor);
  const featureMaps = chooseFeatureMaps(flow, shapes, options.targetLayer);
  const proof = proveLinearHead(view, shapes, featureMaps.at(-1)!, logits.tensor);
  const logitsTensor = { name: logits.tensor, rank: shapes.get(logits.tensor)!.length };
  const graph = writeForeignGraph(network, {
    logits: logitsTensor,
    featureMaps,
    classes: classes.length,
    normalization: options,
    ...(proof.isLinear ? { headWeights: proof.weights } : {}),
  });
  await verifyImport(original, logitsTensor, graph, options, classes.length, runGraph);
  return {
    ...graph,
    architecture: foreign.title,
    featureMaps: featureMaps.map((map, index) => withGradient(map, graph, index === featureMaps.length - 1)),
    head: proof.isLinear ? 'gap_linear' : 'general',
    probabilityFunction: options.probabilityFunction ?? logits.probabilityFunction,
  };
}

/** Says of a map before the last one when the network cannot be differentiated back to it. */
function withGradient(map: FeatureMapShape, graph: ForeignGraph, isTarget: boolean): FeatureMapShape {
  if (isTarget) return map;
  try {
    deriveGradientGraph(graph.bytes, map.name);
    return map;
  } catch (error) {
    if (SurgicamError.from(error).code !== 'invalid_argument') throw error;
    return { ...map, hasGradient: false };
  }
}
