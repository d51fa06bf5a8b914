import { attributesOf, type GraphView } from '../graph-view.js';
import { TensorProto, type NodeProto } from '../onnx-proto.js';

const { FLOAT, INT64, BOOL } = TensorProto.DataType;

const BOOLEAN = new Set(
  'Greater Less Equal GreaterOrEqual LessOrEqual Not And Or Xor IsNaN IsInf'.split(' '),
);
const INTEGER = new Set('Shape Size ArgMax ArgMin NonZero'.split(' '));

/** ONNX's code of every tensor's element type, as far as it follows from operators; most pass on their first input's. */
export function elementTypesOf(view: GraphView): ReadonlyMap<string, number> {
  const types = new Map<string, number>();
  for (const { name, type } of view.graph.input ?? []) types.set(name ?? '', type?.tensorType?.elemType ?? 0);
  for (const { name, dataType } of view.graph.initializer ?? []) types.set(name ?? '', dataType ?? 0);
  for (const node of view.nodes) {
    const type = typeOf(node, view, types);
    if (type !== undefined) for (const name of node.output ?? []) types.set(name, type);
  }
  return types;
}

function typeOf(node: NodeProto, view: GraphView, types: ReadonlyMap<string, number>): number | undefined {
  const operator = node.opType ?? '';
  if (BOOLEAN.has(operator)) return BOOL;
  if (INTEGER.has(operator)) return INT64;
  const attributes = attributesOf(node);
  const to = attributes.get('to');
  if (operator === 'Cast' && typeof to === 'number') return to;
  if (operator === 'Constant') return view.constant(node.output![0]!)?.dataType ?? undefined;
  if (operator === 'ConstantOfShape') {
    const value = attributes.get('value');
    return typeof value === 'object' && 'dataType' in value ? (value.dataType ?? FLOAT) : FLOAT;
  }
  // The first input is what chooses.
  const source = operator === 'Where' ? node.input?.[1] : node.input?.[0];
  return types.get(source ?? '');
}
