import type { GradientRule, GradientStep } from './gradient-step.js';
import { reshapeLike } from './sizes.js';

/** Operators that only move elements. */
const pass: GradientRule = (step) => [step.gradient];
const reshape: GradientRule = (step) => [reshapeLike(step, step.gradient)];

function transpose(step: GradientStep): readonly string[] {
  const perm = step.args.list('perm');
  // Without `perm` all axes are reversed, which undoes itself.
  if (perm === undefined) return [step.node('Transpose', [step.gradient])];
  const inverse = perm.map((_, axis) => perm.indexOf(axis));
  return [step.node('Transpose', [step.gradient], { perm: inverse })];
}

/** Each input gets its part of the gradient back. */
function concat(step: GradientStep): readonly (string | undefined)[] {
  const inputs = step.forward.input ?? [];
  const axis = step.args.number('axis', 0);
  const axisInput = step.integers(axis);
  let start = step.integers(0);
  return inputs.map((name, index) => {
    const end = step.node('Add', [
      start,
      step.node('Gather', [step.tape.sizes(name), axisInput], { axis: 0 }),
    ]);
    const part = step.wants(index) ? step.node('Slice', [step.gradient, start, end, axisInput]) : undefined;
    start = end;
    return part;
  });
}

/** What was not taken gets the gradient 0. */
function split(step: GradientStep): readonly string[] {
  const parts = step.gradients.map(
    (gradient, index) => gradient ?? step.node('ConstantOfShape', [step.tape.sizes(step.output(index))]),
  );
  return [step.node('Concat', parts, { axis: step.args.number('axis', 0) })];
}

function slice(step: GradientStep): readonly string[] {
  const shape = step.shape();
  const after = step.tape.shapes.of(step.output());
  const starts = step.args.list('starts', 1);
  if (shape === undefined || after === undefined || starts === undefined) {
    return step.refuse('where it begins and the number of axes must be known');
  }
  const given = step.args.list('axes', 3) ?? starts.map((_, axis) => axis);
  const steps = step.args.list('steps', 4) ?? starts.map(() => 1);
  if (steps.some((size) => size !== 1)) return step.refuse('its steps must be 1');
  const begins = shape.map(() => 0);
  const ends = shape.map(() => 0);
  for (const [index, axis] of step.axes(given, shape).entries()) {
    const size = shape[axis];
    const left = after[axis];
    if (typeof size !== 'number' || typeof left !== 'number') {
      // Everything of an axis of unknown size is no cut at all.
      return step.refuse(`the size of its axis ${axis} must be known`);
    }
    const start = starts[index]!;
    begins[axis] = Math.min(size, Math.max(0, start < 0 ? start + size : start));
    ends[axis] = size - left - begins[axis];
  }
  return [step.node('Pad', [step.gradient, step.integers(...begins, ...ends)])];
}

function pad(step: GradientStep): readonly string[] {
  const pads = step.args.list('pads', 1);
  if (step.args.text('mode', 'constant') !== 'constant') return step.refuse("its mode must be 'constant'");
  if (pads === undefined || step.args.has(3)) return step.refuse('its pads must be constant, without axes');
  if (pads.some((size) => size < 0)) return step.refuse('its pads must not be negative');
  const rank = pads.length / 2;
  const axes = Array.from({ length: rank }, (_, axis) => axis).filter(
    (axis) => pads[axis]! + pads[axis + rank]! > 0,
  );
  if (axes.length === 0) return [step.gradient];
  const starts = axes.map((axis) => pads[axis]!);
  const ends = axes.map((axis) => (pads[axis + rank] === 0 ? 2 ** 31 - 1 : -pads[axis + rank]!));
  return [
    step.node('Slice', [
      step.gradient,
      step.integers(...starts),
      step.integers(...ends),
      step.integers(...axes),
    ]),
  ];
}

export const LAYOUT_RULES: Readonly<Record<string, GradientRule>> = {
  Identity: pass,
  // Inference only: the ratio is not applied.
  Dropout: pass,
  Flatten: reshape,
  Reshape: reshape,
  Squeeze: reshape,
  Unsqueeze: reshape,
  Transpose: transpose,
  Concat: concat,
  Split: split,
  Slice: slice,
  Pad: pad,
};
