import type { Axis } from '../graph-elements.js';
import { positions, windowsOf } from './window.js';
import type { Shape, ShapeTask } from './shape-task.js';

/** Shapes of a node's outputs, as far as they are known. */
type ShapeRule = (task: ShapeTask) => readonly (Shape | undefined)[];

const SAME = [
  'Relu LeakyRelu PRelu Elu Selu Celu Sigmoid HardSigmoid HardSwish Tanh Gelu Erf Softplus Softsign Exp Log Sqrt',
  'Reciprocal Neg Abs Clip Identity Dropout Cast BatchNormalization InstanceNormalization LayerNormalization',
  'GroupNormalization LRN Softmax LogSoftmax Not Floor Ceil Round Sign Mish',
]
  .join(' ')
  .split(' ');
const BROADCAST =
  'Add Sub Mul Div Pow Max Min Where Greater Less Equal GreaterOrEqual LessOrEqual And Or'.split(' ');
const REDUCE = 'ReduceMean ReduceSum ReduceMax ReduceMin ReduceProd ReduceL2 ReduceSumSquare'.split(' ');

export const SHAPE_RULES: ReadonlyMap<string, ShapeRule> = new Map<string, ShapeRule>([
  ...SAME.map((operator) => [operator, (task: ShapeTask) => [input(task, 0)]] as const),
  ...BROADCAST.map((operator) => [operator, (task: ShapeTask) => [broadcast(task)]] as const),
  ...REDUCE.map((operator) => [operator, (task: ShapeTask) => [reduced(task)]] as const),
  ['Shape', (task) => [known(input(task, 0), (shape) => [shape.length])]],
  ['ConstantOfShape', ({ node, shapes }) => [shapes.sizes(node.input![0]!)]],
  ['Conv', (task) => [convolved(task)]],
  ['MaxPool', (task) => [pooled(task)]],
  ['AveragePool', (task) => [pooled(task)]],
  ['GlobalAveragePool', (task) => [known(input(task, 0), globallyPooled)]],
  ['GlobalMaxPool', (task) => [known(input(task, 0), globallyPooled)]],
  ['Flatten', (task) => [flattened(task)]],
  ['Reshape', (task) => [reshaped(task)]],
  ['Squeeze', (task) => [squeezed(task)]],
  ['Unsqueeze', (task) => [unsqueezed(task)]],
  ['Transpose', (task) => [transposed(task)]],
  ['Concat', (task) => [concatenated(task)]],
  ['Slice', (task) => [sliced(task)]],
  ['Split', split],
  ['Pad', (task) => [padded(task)]],
  ['Gemm', (task) => [gemm(task)]],
  ['MatMul', (task) => [matMul(task)]],
]);

function input({ node, shapes }: ShapeTask, index: number): Shape | undefined {
  return shapes.of(node.input?.[index] ?? '');
}

function known<T>(shape: Shape | undefined, then: (shape: Shape) => T): T | undefined {
  return shape === undefined ? undefined : then(shape);
}

function product(sizes: readonly Axis[]): number | undefined {
  return sizes.every((size) => typeof size === 'number') ? sizes.reduce((a, b) => a * b, 1) : undefined;
}

function broadcast(task: ShapeTask): Shape | undefined {
  const inputs = (task.node.input ?? []).map((_, index) => input(task, index));
  if (inputs.includes(undefined)) return undefined;
  return inputs.reduce((left, right) => broadcastPair(task, left!, right!), []);
}

function broadcastPair({ shapes }: ShapeTask, left: Shape, right: Shape): Shape {
  const rank = Math.max(left.length, right.length);
  return Array.from({ length: rank }, (_, axis) => {
    const a = left[axis - rank + left.length] ?? 1;
    const b = right[axis - rank + right.length] ?? 1;
    if (a === b || b === 1) return a;
    if (a === 1) return b;
    if (typeof a === 'number') return a;
    return typeof b === 'number' ? b : shapes.unknown();
  });
}

function reduced(task: ShapeTask): Shape | undefined {
  const axes = task.args.list('axes', 1);
  const keep = task.args.number('keepdims', 1) === 1;
  return known(input(task, 0), (shape) => {
    if (axes === undefined) return task.args.has(1) ? undefined : keep ? shape.map(() => 1) : [];
    const gone = new Set(axes.map((axis) => (axis < 0 ? axis + shape.length : axis)));
    return shape.flatMap((size, axis) => (!gone.has(axis) ? [size] : keep ? [1] : []));
  });
}

function along(task: ShapeTask, shape: Shape, kernels: readonly number[], channels: Axis): Shape {
  const lengths = shape.slice(2).map((size) => (typeof size === 'number' ? size : undefined));
  const windows = windowsOf(task.args, kernels, lengths);
  const spatial = lengths.map((length, axis) =>
    length === undefined || windows === undefined ? task.shapes.unknown() : positions(windows[axis]!, length),
  );
  return [shape[0]!, channels, ...spatial];
}

function convolved(task: ShapeTask): Shape | undefined {
  const weight = input(task, 1);
  return known(input(task, 0), (shape) => {
    if (weight === undefined) return undefined;
    return along(task, shape, task.args.list('kernel_shape') ?? weight.slice(2).map(Number), weight[0]!);
  });
}

function pooled(task: ShapeTask): Shape | undefined {
  return known(input(task, 0), (shape) =>
    along(task, shape, task.args.list('kernel_shape') ?? [], shape[1]!),
  );
}

function globallyPooled(shape: Shape): Shape {
  return shape.map((size, axis) => (axis < 2 ? size : 1));
}

function flattened(task: ShapeTask): Shape | undefined {
  return known(input(task, 0), (shape) => {
    const axis = task.args.number('axis', 1);
    const at = axis < 0 ? axis + shape.length : axis;
    const join = (sizes: Shape): Axis =>
      sizes.length === 1 ? sizes[0]! : (product(sizes) ?? task.shapes.unknown());
    return [join(shape.slice(0, at)), join(shape.slice(at))];
  });
}

function reshaped(task: ShapeTask): Shape | undefined {
  const { node, shapes } = task;
  const before = input(task, 0);
  const wanted = shapes.sizes(node.input?.[1] ?? '');
  const sizes = wanted?.map((size, axis) => (size === 0 ? before?.[axis] : size));
  if (sizes === undefined || sizes.includes(undefined)) return undefined;
  const rest = sizes.filter((size) => size !== -1) as Axis[];
  return sizes.map((size) => (size === -1 ? (quotient(before, rest) ?? shapes.unknown()) : size!));
}

/** What is left of `before` when the sizes of `rest` are divided out; equal names cancel. */
function quotient(before: Shape | undefined, rest: Shape): Axis | undefined {
  if (before === undefined) return undefined;
  const names = before.filter((size) => typeof size === 'string');
  for (const name of rest.filter((size) => typeof size === 'string')) {
    const at = names.indexOf(name);
    if (at < 0) return undefined;
    names.splice(at, 1);
  }
  const numbers = (shape: Shape): number => product(shape.filter((size) => typeof size === 'number'))!;
  const factor = numbers(before) / numbers(rest);
  if (names.length === 0) return factor;
  return names.length === 1 && factor === 1 ? names[0] : undefined;
}

function squeezed(task: ShapeTask): Shape | undefined {
  const axes = task.args.list('axes', 1);
  return known(input(task, 0), (shape) => {
    if (axes === undefined)
      return shape.every((size) => typeof size === 'number') ? shape.filter((n) => n !== 1) : undefined;
    const gone = axes.map((axis) => (axis < 0 ? axis + shape.length : axis));
    return shape.filter((_, axis) => !gone.includes(axis));
  });
}

function unsqueezed(task: ShapeTask): Shape | undefined {
  const axes = task.args.list('axes', 1);
  return known(input(task, 0), (shape) => {
    if (axes === undefined) return undefined;
    const rank = shape.length + axes.length;
    const added = axes.map((axis) => (axis < 0 ? axis + rank : axis));
    const rest = [...shape];
    return Array.from({ length: rank }, (_, axis) => (added.includes(axis) ? 1 : rest.shift()!));
  });
}

function transposed(task: ShapeTask): Shape | undefined {
  const perm = task.args.list('perm');
  return known(input(task, 0), (shape) => perm?.map((axis) => shape[axis]!) ?? [...shape].reverse());
}

function concatenated(task: ShapeTask): Shape | undefined {
  const inputs = (task.node.input ?? []).map((_, index) => input(task, index));
  if (inputs.includes(undefined)) return undefined;
  const parts = inputs as Shape[];
  const rank = parts[0]!.length;
  const axis = (task.args.number('axis', 0) + rank) % rank;
  const sizes = parts.map((part) => part[axis]!);
  const total = sizes.every((size) => typeof size === 'number')
    ? sizes.reduce((a, b) => a + b, 0)
    : task.shapes.unknown();
  return parts[0]!.map((size, at) => (at === axis ? total : size));
}

function sliced(task: ShapeTask): Shape | undefined {
  const starts = task.args.list('starts', 1);
  const ends = task.args.list('ends', 2);
  return known(input(task, 0), (shape) => {
    if (starts === undefined || ends === undefined) return undefined;
    const axes = task.args.list('axes', 3) ?? starts.map((_, index) => index);
    const steps = task.args.list('steps', 4) ?? starts.map(() => 1);
    const sizes = [...shape];
    for (const [index, given] of axes.entries()) {
      const axis = given < 0 ? given + shape.length : given;
      sizes[axis] =
        remaining(shape[axis]!, starts[index]!, ends[index]!, steps[index]!) ?? task.shapes.unknown();
    }
    return sizes;
  });
}

/** Length of what is left of an axis. */
function remaining(size: Axis, start: number, end: number, step: number): number | undefined {
  if (typeof size !== 'number') return undefined;
  const inside = (at: number): number => (at < 0 ? at + size : at);
  if (step > 0) {
    const bound = (at: number): number => Math.min(size, Math.max(0, inside(at)));
    return Math.max(0, Math.ceil((bound(end) - bound(start)) / step));
  }
  const bound = (at: number): number => Math.min(size - 1, Math.max(-1, inside(at)));
  return Math.max(0, Math.ceil((bound(end) - bound(start)) / step));
}

function split(task: ShapeTask): readonly (Shape | undefined)[] {
  const outputs = task.node.output ?? [];
  return (
    known(input(task, 0), (shape) => {
      const axis = (task.args.number('axis', 0) + shape.length) % shape.length;
      const size = shape[axis]!;
      const parts = task.args.list('split', 1);
      return outputs.map((_, index) => {
        const equal = Math.ceil(Number(size) / outputs.length);
        const part = parts?.[index] ?? Math.min(equal, Number(size) - index * equal);
        return shape.map((old, at) =>
          at !== axis ? old : Number.isNaN(part) ? task.shapes.unknown() : part,
        );
      });
    }) ?? []
  );
}

function padded(task: ShapeTask): Shape | undefined {
  const pads = task.args.list('pads', 1);
  return known(input(task, 0), (shape) => {
    if (pads?.length !== 2 * shape.length) return undefined;
    return shape.map((size, axis) => {
      const added = pads[axis]! + pads[axis + shape.length]!;
      return added === 0 ? size : typeof size === 'number' ? size + added : task.shapes.unknown();
    });
  });
}

function gemm(task: ShapeTask): Shape | undefined {
  const weight = input(task, 1);
  return known(input(task, 0), (shape) => {
    const rows = shape[task.args.number('transA', 0)]!;
    return weight === undefined ? undefined : [rows, weight[1 - task.args.number('transB', 0)]!];
  });
}

function matMul(task: ShapeTask): Shape | undefined {
  const left = input(task, 0);
  const right = input(task, 1);
  if (left === undefined || right === undefined || left.length < 2 || right.length < 2) return undefined;
  return [...broadcastPair(task, left.slice(0, -2), right.slice(0, -2)), left.at(-2)!, right.at(-1)!];
}
