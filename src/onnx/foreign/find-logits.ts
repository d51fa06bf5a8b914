import { SurgicamError } from '../../domain/errors.js';
import type { ProbabilityFunction } from '../../domain/model-description.js';
import { attributesOf, type GraphView } from '../graph-view.js';
import type { NodeProto } from '../onnx-proto.js';
import type { Shapes } from './measure-shapes.js';

export interface Logits {
  /** The tensor before any Sigmoid or Softmax: [N, K], or [N, K, 1, 1]. */
  readonly tensor: string;
  /** What the network itself makes of its logits; sigmoid where it leaves them as they are. */
  readonly probabilityFunction: ProbabilityFunction;
}

/**
 * The logits among the outputs of a graph: the one with a number for every class, with Sigmoid, Softmax, LogSoftmax and
 * Identity at its end taken off. Error: invalid_argument when no output has as many numbers as there are classes, or
 * several have that are not of the same logits.
 */
export function findLogits(view: GraphView, shapes: Shapes, classes: readonly string[]): Logits {
  const outputs = (view.graph.output ?? []).map(({ name }) => name ?? '');
  const fitting = outputs.filter((name) => classesOf(shapes.get(name)) === classes.length);
  if (fitting.length === 0) throw wrongCount(outputs, shapes, classes);
  const found = fitting.map((output) => withoutTail(view, output, shapes.get(output)!.length));
  const different = new Set(found.map(({ tensor }) => tensor));
  if (different.size > 1) {
    throw SurgicamError.invalidField(
      'outputs of the ONNX file',
      fitting,
      `one with ${classes.length} numbers a picture; export the network with the logits as its only output`,
    );
  }
  return found.find(({ probabilityFunction }) => probabilityFunction === 'softmax') ?? found[0]!;
}

/** How many numbers a picture has in a tensor; undefined where it is no [1, K] or [1, K, 1, 1]. */
function classesOf(shape: readonly number[] | undefined): number | undefined {
  if (shape === undefined || shape.length < 2 || shape[0] !== 1) return undefined;
  return shape.slice(2).every((size) => size === 1) ? shape[1] : undefined;
}

function wrongCount(outputs: readonly string[], shapes: Shapes, classes: readonly string[]): SurgicamError {
  const counts = [...new Set(outputs.map((name) => classesOf(shapes.get(name))))].filter(
    (count) => count !== undefined,
  );
  if (counts.length > 0) {
    const allowed = `exactly ${counts.join(' or ')} names, one for each output of the network (got ${classes.length})`;
    return SurgicamError.invalidField('classes', classes, allowed);
  }
  const listed = outputs.map((name) => `${name} [${(shapes.get(name) ?? []).join(', ')}]`);
  return SurgicamError.invalidField(
    'outputs of the ONNX file',
    listed,
    'one of [N, K], a number for every picture and class: an image classifier',
  );
}

function withoutTail(view: GraphView, output: string, rank: number): Logits {
  let tensor = output;
  let probabilityFunction: ProbabilityFunction | undefined;
  for (;;) {
    const node = view.producer(tensor);
    const [input] = node?.input ?? [];
    if (node === undefined || input === undefined) break;
    if (node.opType !== 'Identity') {
      // A second activation would be part of the network.
      const own = probabilityFunction === undefined ? activationOf(node, rank, view.opset) : undefined;
      if (own === undefined) break;
      probabilityFunction = own;
    }
    tensor = input;
  }
  return { tensor, probabilityFunction: probabilityFunction ?? 'sigmoid' };
}

function activationOf(node: NodeProto, rank: number, opset: number): ProbabilityFunction | undefined {
  if (node.opType === 'Sigmoid') return 'sigmoid';
  if (node.opType !== 'Softmax' && node.opType !== 'LogSoftmax') return undefined;
  const axis = attributesOf(node).get('axis') ?? (opset < 13 ? 1 : -1);
  // Behind the classes there are only axes of length 1.
  return axis === 1 || (rank === 2 && axis === -1) || axis === 1 - rank ? 'softmax' : undefined;
}
