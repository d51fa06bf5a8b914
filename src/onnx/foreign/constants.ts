import { attributesOf, floatsOf, integersOf, type GraphView } from '../graph-view.js';
import { TensorProto, type NodeProto, type TensorMessage } from '../onnx-proto.js';

/** Numbers that are known before the network runs. */
export interface Constant {
  readonly dims: readonly number[];
  readonly values: Float32Array;
}

/** A float32 constant, also through Identity; undefined for what is computed or of another type. */
export function constantFloats(view: GraphView, tensor: string): Constant | undefined {
  const message = constantMessage(view, tensor);
  if (message !== undefined) {
    if (message.dataType !== TensorProto.DataType.FLOAT) return undefined;
    return { dims: (message.dims ?? []).map(Number), values: floatsOf(message) };
  }
  const node = sourceOf(view, tensor);
  if (node?.opType !== 'Constant') return undefined;
  const attributes = attributesOf(node);
  const scalar = attributes.get('value_float');
  if (typeof scalar === 'number') return { dims: [], values: Float32Array.of(scalar) };
  const list = attributes.get('value_floats');
  return Array.isArray(list)
    ? { dims: [list.length], values: Float32Array.from(list as readonly number[]) }
    : undefined;
}

/** An int64 constant: axes and shapes. */
export function constantIntegers(view: GraphView, tensor: string): readonly number[] | undefined {
  const message = constantMessage(view, tensor);
  if (message !== undefined)
    return message.dataType === TensorProto.DataType.INT64 ? integersOf(message) : undefined;
  const node = sourceOf(view, tensor);
  if (node?.opType !== 'Constant') return undefined;
  const attributes = attributesOf(node);
  const value = attributes.get('value_ints') ?? attributes.get('value_int');
  if (typeof value === 'number') return [value];
  return Array.isArray(value) ? (value as readonly number[]) : undefined;
}

/** The axes of a reduction, Squeeze or Unsqueeze: an attribute in older operator sets, an input in newer ones. */
export function axesOfNode(view: GraphView, node: NodeProto): readonly number[] | undefined {
  const attribute = attributesOf(node).get('axes');
  if (Array.isArray(attribute)) return attribute as readonly number[];
  const input = node.input?.[1];
  return input === undefined || input === '' ? undefined : constantIntegers(view, input);
}

function constantMessage(view: GraphView, tensor: string): TensorMessage | undefined {
  const direct = view.constant(tensor);
  if (direct !== undefined) return direct;
  const node = view.producer(tensor);
  return node?.opType === 'Identity' ? constantMessage(view, node.input![0]!) : undefined;
}

function sourceOf(view: GraphView, tensor: string): NodeProto | undefined {
  const node = view.producer(tensor);
  return node?.opType === 'Identity' ? sourceOf(view, node.input![0]!) : node;
}
