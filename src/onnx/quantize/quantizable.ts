import { HEAD_GRADIENT, PROLOG_TENSORS } from '../graph-names.js';
import { attributesOf, type GraphView } from '../graph-view.js';
import { TensorProto, type NodeProto } from '../onnx-proto.js';

/** What of a graph is computed in 8 bits. */
export interface QuantizationPlan {
  readonly convolutions: readonly NodeProto[];
  /** Tensors that are written as 8-bit codes, with the tensor whose code they share: pooling changes no value. */
  readonly tensors: ReadonlyMap<string, string>;
  /** Those of the tensors whose values are bytes already, with the uint8 tensor that they were cast from. */
  readonly bytes: ReadonlyMap<string, string>;
}

/**
 * Every convolution with constant float weights but the one that makes Grad-CAM of the head's weights, and but those of
 * `floatLayers`, named by their outputs. A convolution's sum goes on through the Relu that takes it alone; the codes are
 * taken behind it. What only float operators take, as the last feature map, stays float.
 */
export function planQuantization(
  view: GraphView,
  floatLayers: ReadonlySet<string> = new Set(),
): QuantizationPlan {
  const convolutions = view.nodes.filter(
    (node) => isQuantizable(node, view) && !floatLayers.has(layerName(node)),
  );
  const chosen = new Set(convolutions);
  const tensors = new Map<string, string>();
  for (const { input } of convolutions) mark(input![0]!, view, tensors);
  for (const node of view.nodes) {
    const terms = node.input ?? [];
    // A residual sum of which a term comes straight from a convolution of the plan: all its terms are needed as codes.
    if (node.opType !== 'Add' || !terms.some((name) => chosen.has(view.producer(name)!))) continue;
    if (terms.some((name) => view.constant(name) !== undefined)) continue;
    for (const name of terms) mark(name, view, tensors);
  }
  const bytes = new Map<string, string>();
  for (const tensor of tensors.keys()) {
    const producer = view.producer(tensor);
    const source = producer?.input?.[0];
    if (producer?.opType === 'Cast' && source === PROLOG_TENSORS.cells) bytes.set(tensor, source);
  }
  return { convolutions, tensors, bytes };
}

/** Layers are called by the tensor that their convolution makes: nodes of foreign networks need not have names. */
export function layerName(convolution: NodeProto): string {
  return convolution.output![0]!;
}

/** The tensor in which a layer's result is seen: behind the Relu that alone takes the convolution's sum. */
export function layerResult(convolution: NodeProto, view: GraphView): string {
  const sum = layerName(convolution);
  const [taker, ...others] = view.consumers(sum);
  const isOutput = (view.graph.output ?? []).some(({ name }) => name === sum);
  return taker?.opType === 'Relu' && others.length === 0 && !isOutput ? taker.output![0]! : sum;
}

function mark(tensor: string, view: GraphView, tensors: Map<string, string>): void {
  const producer = view.producer(tensor);
  if (producer?.opType !== 'MaxPool' || producer.output!.length > 1) {
    tensors.set(tensor, tensor);
    return;
  }
  const source = producer.input![0]!;
  mark(source, view, tensors);
  tensors.set(tensor, tensors.get(source)!);
}

function isQuantizable(node: NodeProto, view: GraphView): boolean {
  if (node.opType !== 'Conv' || node.domain) return false;
  const [, weights = '', bias] = node.input ?? [];
  if (weights === HEAD_GRADIENT) return false;
  const isFloat = (name: string): boolean => view.constant(name)?.dataType === TensorProto.DataType.FLOAT;
  if (!isFloat(weights) || (bias !== undefined && bias !== '' && !isFloat(bias))) return false;
  return attributesOf(node).get('auto_pad') === undefined;
}
