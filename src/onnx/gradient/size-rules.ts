import type { Axis } from '../graph-elements.js';
import { attributesOf, integersOf } from '../graph-view.js';
import { TensorProto } from '../onnx-proto.js';
import type { Shape, ShapeTask } from './shape-task.js';

type SizeRule = (task: ShapeTask) => Shape | undefined;

/**
 * Values of int64 tensors that are computed from shapes, as exporters write `x.view(x.size(0), -1)`. A scalar and a
 * list of one are the same here.
 */
export const SIZE_RULES: ReadonlyMap<string, SizeRule> = new Map<string, SizeRule>([
  ['Shape', ({ node, shapes }) => shapes.of(node.input![0]!)],
  ['Cast', first],
  ['Identity', first],
  ['Squeeze', first],
  ['Unsqueeze', first],
  ['Gather', gathered],
  ['Concat', concatenated],
  ['Slice', sliced],
  ['Reshape', first],
  ['Transpose', transposed],
  ['ConstantOfShape', filled],
  ['Add', (task) => computed(task, (a, b) => a + b)],
  ['Sub', (task) => computed(task, (a, b) => a - b)],
  ['Mul', (task) => computed(task, (a, b) => a * b)],
  ['Div', (task) => computed(task, (a, b) => Math.trunc(a / b))],
]);

function sizesOf({ node, shapes }: ShapeTask, index: number): Shape | undefined {
  return shapes.sizes(node.input?.[index] ?? '');
}

function first(task: ShapeTask): Shape | undefined {
  return sizesOf(task, 0);
}

function gathered(task: ShapeTask): Shape | undefined {
  const data = sizesOf(task, 0);
  const indices = sizesOf(task, 1);
  if (data === undefined || indices === undefined) return undefined;
  const values = indices.map((index) => (typeof index === 'number' ? data.at(index) : undefined));
  return values.includes(undefined) ? undefined : (values as Axis[]);
}

function concatenated(task: ShapeTask): Shape | undefined {
  const parts = (task.node.input ?? []).map((_, index) => sizesOf(task, index));
  return parts.includes(undefined) ? undefined : parts.flatMap((part) => part!);
}

/** Of the first axis. Exporters also turn a list of pairs round, with the step -1. */
function sliced(task: ShapeTask): Shape | undefined {
  const data = sizesOf(task, 0);
  const [start, ...more] = task.args.list('starts', 1) ?? [];
  const [end] = task.args.list('ends', 2) ?? [];
  const [axis] = task.args.list('axes', 3) ?? [0];
  const [step] = task.args.list('steps', 4) ?? [1];
  const rows = rowsOf(task, data);
  if (rows === undefined || start === undefined || end === undefined || more.length > 0 || axis !== 0) {
    return undefined;
  }
  if (step === 1) return rows.slice(start, end).flat();
  return step === -1 && start === -1 && end < -rows.length ? rows.reverse().flat() : undefined;
}

function transposed(task: ShapeTask): Shape | undefined {
  const rows = rowsOf(task, sizesOf(task, 0));
  if (rows === undefined || task.args.list('perm')?.join() !== '1,0') return undefined;
  return rows[0]?.flatMap((_, column) => rows.map((row) => row[column]!));
}

/** Values by their first axis. */
function rowsOf({ node, shapes }: ShapeTask, values: Shape | undefined): Axis[][] | undefined {
  const count = shapes.of(node.input![0]!)?.[0] ?? values?.length;
  if (values === undefined || typeof count !== 'number') return undefined;
  const length = values.length / count;
  return Array.from({ length: count }, (_, row) => values.slice(row * length, (row + 1) * length));
}

function filled(task: ShapeTask): Shape | undefined {
  const count = sizesOf(task, 0);
  const value = attributesOf(task.node).get('value');
  if (count?.length !== 1 || typeof count[0] !== 'number' || typeof value !== 'object') return undefined;
  if (!('dataType' in value) || value.dataType !== TensorProto.DataType.INT64) return undefined;
  return new Array<number>(count[0]).fill(integersOf(value)[0]!);
}

function computed(task: ShapeTask, compute: (a: number, b: number) => number): Shape | undefined {
  const left = sizesOf(task, 0);
  const right = sizesOf(task, 1);
  if (left?.length !== 1 || right?.length !== 1) return undefined;
  const [a] = left;
  const [b] = right;
  return [typeof a === 'number' && typeof b === 'number' ? compute(a, b) : task.shapes.unknown()];
}
