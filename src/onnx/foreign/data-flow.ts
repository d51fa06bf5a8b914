import { attributesOf, type GraphView } from '../graph-view.js';
import type { NodeProto } from '../onnx-proto.js';
import type { PictureInput } from './foreign-network.js';

/** Operators whose result tells of a tensor's sizes, not of its numbers: no gradient goes through them. */
const SIZE_OPERATORS = ['Shape', 'Size', 'ConstantOfShape'];

/** A tensor on the way from the picture to the logits. */
export interface FlowTensor {
  readonly name: string;
  readonly node: NodeProto;
  /** Whether the logits know of the picture through this tensor alone. */
  readonly isCut: boolean;
  /** Order of a 4-D tensor's axes; undefined where it cannot be told. */
  readonly layout: PictureInput['layout'] | undefined;
}

/** The tensors that depend on the picture and that the logits depend on, in topological order. */
export function flowTensors(view: GraphView, input: PictureInput, logits: string): readonly FlowTensor[] {
  const nodes = flowNodes(view, input.name, logits);
  const lastUse = new Map<string, number>();
  nodes.forEach((node, index) => (node.input ?? []).forEach((name) => lastUse.set(name, index)));
  lastUse.set(logits, nodes.length);
  const layouts = new Map<string, FlowTensor['layout']>([[input.name, input.layout]]);
  const alive = new Set([input.name]);
  const tensors: FlowTensor[] = [];
  nodes.forEach((node, index) => {
    const outputs = (node.output ?? []).filter((name) => (lastUse.get(name) ?? -1) > index);
    for (const name of outputs) alive.add(name);
    for (const name of alive) if ((lastUse.get(name) ?? -1) <= index) alive.delete(name);
    for (const name of outputs) {
      const layout = layoutAfter(node, layouts);
      layouts.set(name, layout);
      tensors.push({ name, node, isCut: alive.size === 1, layout });
    }
  });
  return tensors;
}

function flowNodes(view: GraphView, input: string, logits: string): NodeProto[] {
  const dependent = new Set([input]);
  const after: NodeProto[] = [];
  for (const node of view.nodes) {
    if (SIZE_OPERATORS.includes(node.opType ?? '')) continue;
    if (!(node.input ?? []).some((name) => dependent.has(name))) continue;
    for (const name of node.output ?? []) if (name !== '') dependent.add(name);
    after.push(node);
  }
  const needed = new Set([logits]);
  const flow: NodeProto[] = [];
  for (const node of after.reverse()) {
    if (!(node.output ?? []).some((name) => needed.has(name))) continue;
    for (const name of node.input ?? []) if (dependent.has(name)) needed.add(name);
    flow.push(node);
  }
  return flow.reverse();
}

/** Operators that are defined on [N, C, H, W]. */
const CHANNELS_FIRST =
  /^(Conv|ConvTranspose|MaxPool|AveragePool|LpPool|Global.*Pool|BatchNormalization|InstanceNormalization|LRN|DepthToSpace|SpaceToDepth)$/;

/** Operators after which axes mean something else. */
const MIXES_AXES = /^(Reshape|Flatten|Squeeze|Unsqueeze|Gemm|Einsum|Gather.*|Reduce.*|Arg.*)$/;

function layoutAfter(
  node: NodeProto,
  layouts: ReadonlyMap<string, FlowTensor['layout']>,
): FlowTensor['layout'] {
  const operator = node.opType ?? '';
  if (CHANNELS_FIRST.test(operator)) return 'nchw';
  // A linear layer on the last axis, which channels-last networks have in place of 1 x 1 convolutions.
  if (operator === 'MatMul') return layouts.get(node.input?.[0] ?? '') === 'nhwc' ? 'nhwc' : undefined;
  if (MIXES_AXES.test(operator) && !keepsAxes(node)) return undefined;
  const layout = (node.input ?? []).map((name) => layouts.get(name)).find((known) => known !== undefined);
  if (operator !== 'Transpose') return layout;
  const perm = attributesOf(node).get('perm');
  const order = Array.isArray(perm) ? perm.join() : '';
  if (layout === 'nchw' && order === '0,2,3,1') return 'nhwc';
  return layout === 'nhwc' && order === '0,3,1,2' ? 'nchw' : undefined;
}

/** Reductions leave axes of size 1 unless told otherwise. */
function keepsAxes(node: NodeProto): boolean {
  return (node.opType ?? '').startsWith('Reduce') && (attributesOf(node).get('keepdims') ?? 1) === 1;
}
