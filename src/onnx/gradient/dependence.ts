import type { GraphView } from '../graph-view.js';
import type { NodeProto } from '../onnx-proto.js';

/** What they give out does not change with small changes of what they take. */
const PIECEWISE_CONSTANT = new Set(
  'Shape Size Greater Less Equal GreaterOrEqual LessOrEqual Not And Or Xor ArgMax ArgMin NonZero IsNaN IsInf Sign'.split(
    ' ',
  ),
);

/** The tensor itself and everything computed from it. */
export function dependentsOf(view: GraphView, tensor: string): Set<string> {
  return collect(view, tensor, () => true);
}

/** The tensor itself and everything that has a derivative by it. */
export function differentiableBy(view: GraphView, tensor: string): Set<string> {
  return collect(view, tensor, ({ opType }) => !PIECEWISE_CONSTANT.has(opType ?? ''));
}

function collect(view: GraphView, tensor: string, passes: (node: NodeProto) => boolean): Set<string> {
  const found = new Set([tensor]);
  for (const node of view.nodes) {
    if (passes(node) && (node.input ?? []).some((name) => found.has(name))) addOutputs(found, node);
  }
  return found;
}

/** Tensors that are the same whatever goes into the graph: constants and what is computed from them alone. */
export function fixedTensors(view: GraphView): Set<string> {
  const fixed = new Set((view.graph.initializer ?? []).map(({ name }) => name ?? ''));
  for (const node of view.nodes) {
    const inputs = (node.input ?? []).filter((name) => name !== '');
    const isSource = inputs.length === 0 && node.opType !== 'Constant';
    if (!isSource && inputs.every((name) => fixed.has(name))) addOutputs(fixed, node);
  }
  return fixed;
}

function addOutputs(names: Set<string>, node: NodeProto): void {
  for (const name of node.output ?? []) if (name !== '') names.add(name);
}
