import { HEAD_GRADIENT } from '../graph-names.js';
import { attributesOf, type GraphView } from '../graph-view.js';
import { TensorProto, type NodeProto } from '../onnx-proto.js';

/** What of a graph is computed in 8 bits. */
export interface QuantizationPlan {
  readonly convolutions: readonly NodeProto[];
  /** Tensors that are written as 8-bit codes, with the tensor whose code they share: pooling changes no value. */
  readonly tensors: ReadonlyMap<string, string>;
}

/**
 * Every convolution with constant float weights but the one that makes Grad-CAM of the head's weights. A convolution's
 * sum goes on through the Relu that takes it alone; the codes are taken behind it. What only float operators take,
 * as the last feature map, stays float.
 */
export function planQuantization(view: GraphView): QuantizationPlan {
  const convolutions = view.nodes.filter((node) => isQuantizable(node, view));
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
  return { convolutions, tensors };
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
