import type { Axis } from '../graph-elements.js';
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

function sliced(task: ShapeTask): Shape | undefined {
  const data = sizesOf(task, 0);
  const starts = task.args.list('starts', 1);
  const ends = task.args.list('ends', 2);
  const steps = task.args.list('steps', 4) ?? [1];
  if (data === undefined || starts?.length !== 1 || ends?.length !== 1 || steps[0] !== 1) return undefined;
  return data.slice(starts[0], ends[0]);
}

function computed(task: ShapeTask, compute: (a: number, b: number) => number): Shape | undefined {
  const left = sizesOf(task, 0);
  const right = sizesOf(task, 1);
  if (left?.length !== 1 || right?.length !== 1) return undefined;
  const [a] = left;
  const [b] = right;
  return [typeof a === 'number' && typeof b === 'number' ? compute(a, b) : task.shapes.unknown()];
}
