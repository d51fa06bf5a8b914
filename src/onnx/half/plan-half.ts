import { SurgicamError } from '../../domain/errors.js';
import { dependentsOf } from '../gradient/dependence.js';
import { PROLOG_TENSORS } from '../graph-names.js';
import { floatsOf, type GraphView } from '../graph-view.js';
import { TensorProto, type NodeProto } from '../onnx-proto.js';
import { elementTypesOf } from './element-types.js';
import { LARGEST_HALF } from './float16.js';
import { FLOAT_OPERATORS, HALF_OPERATORS } from './half-operators.js';

/** Room that is left above the largest activation that was measured: other frames have larger ones. */
const HEADROOM = 4;

/** A node that could not be computed in half precision, for a person. */
export interface KeptNode {
  readonly node: string;
  readonly operator: string;
  readonly reason: string;
}

export interface HalfPlan {
  /** Nodes that are computed in half precision. */
  readonly nodes: ReadonlySet<NodeProto>;
  /** Nodes of the backbone that stay in float32. */
  readonly kept: readonly KeptNode[];
}

/**
 * What of a package's graph is computed in half precision: the backbone, from the normalised picture to the last of
 * `featureMaps`. What makes the picture and what stands behind the map (head, Grad-CAM, SL-FE) stays in float32: it is
 * a hundredth of the work, and all of what is judged exactly. `peaks` are the largest magnitudes that tensors were
 * seen with; tensors without one are trusted. Error: invalid_argument for a graph that is not a package's.
 */
export function planHalf(
  view: GraphView,
  featureMaps: readonly string[],
  peaks: ReadonlyMap<string, number> = new Map(),
): HalfPlan {
  const prolog = Object.values(PROLOG_TENSORS).find((name) => view.consumers(name).length > 0);
  if (prolog === undefined) {
    throw new SurgicamError(
      'invalid_argument',
      `the graph has no tensor ${Object.values(PROLOG_TENSORS).join(' or ')}; import the model again`,
    );
  }
  const behind = dependentsOf(view, prolog);
  const types = elementTypesOf(view);
  const { FLOAT } = TensorProto.DataType;
  const nodes = new Set<NodeProto>();
  const kept: KeptNode[] = [];
  for (const node of backboneOf(view, featureMaps)) {
    const outputs = (node.output ?? []).filter((name) => name !== '');
    if (!outputs.some((name) => name !== prolog && behind.has(name))) continue;
    if (outputs.every((name) => types.get(name) !== FLOAT)) continue;
    const numbers = numberInputs(node);
    const reason = !numbers.every((name) => types.get(name) === FLOAT)
      ? 'its inputs are of other types'
      : (operatorReason(node) ?? valueReason(node, numbers, view, peaks));
    if (reason === undefined) nodes.add(node);
    else kept.push({ node: node.name ?? outputs[0]!, operator: node.opType ?? '', reason });
  }
  return { nodes, kept };
}

/** Inputs of the type that the operator computes in. */
export function numberInputs(node: NodeProto): string[] {
  const places = HALF_OPERATORS.get(node.opType ?? '') ?? 'all';
  return (node.input ?? []).filter(
    (name, place) => name !== '' && (places === 'all' || places.includes(place)),
  );
}

/** The nodes that the feature maps need, in topological order. */
function backboneOf(view: GraphView, featureMaps: readonly string[]): NodeProto[] {
  const needed = new Set(featureMaps);
  const nodes: NodeProto[] = [];
  for (const node of [...view.nodes].reverse()) {
    if (!(node.output ?? []).some((name) => needed.has(name))) continue;
    for (const name of node.input ?? []) needed.add(name);
    nodes.push(node);
  }
  return nodes.reverse();
}

function operatorReason(node: NodeProto): string | undefined {
  const operator = node.opType ?? '';
  if (node.domain) return `nothing is known of operators of ${node.domain}`;
  if (!HALF_OPERATORS.has(operator))
    return FLOAT_OPERATORS.get(operator) ?? 'nothing is known of it in half precision';
  const extra = (node.output ?? []).slice(1).filter((name) => name !== '');
  return extra.length > 0 && operator !== 'Split' ? 'it gives out more than one tensor' : undefined;
}

function valueReason(
  node: NodeProto,
  numbers: readonly string[],
  view: GraphView,
  peaks: ReadonlyMap<string, number>,
): string | undefined {
  for (const name of numbers) {
    const tensor = view.constant(name);
    const worst = tensor === undefined ? 0 : largestMagnitude(floatsOf(tensor));
    if (!(worst <= LARGEST_HALF)) {
      return `${name} holds ${worst}, and the largest half is ${LARGEST_HALF}`;
    }
  }
  for (const name of [...numbers, ...(node.output ?? [])]) {
    const peak = peaks.get(name) ?? 0;
    if (!(peak * HEADROOM <= LARGEST_HALF)) {
      return `${name} was seen to reach ${peak.toPrecision(4)}, and the largest half is ${LARGEST_HALF}`;
    }
  }
  return undefined;
}

/** NaN where one of them is. */
function largestMagnitude(values: Float32Array): number {
  return values.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
}
