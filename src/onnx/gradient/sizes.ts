import type { GradientStep } from './gradient-step.js';
import { reduceSum } from './reduce.js';
import type { Shape } from './shape-task.js';

/** Since this set ReduceSum takes axes as an input, so they may be found at run time. */
const DYNAMIC_REDUCE_OPSET = 13;

/** `tensor` in the shape of the node's input: the same elements in other axes. */
export function reshapeLike(step: GradientStep, tensor: string, index = 0): string {
  const wanted = constantShape(step.shape(index));
  const target = wanted === undefined ? step.tape.sizes(step.input(index)) : step.integers(...wanted);
  return step.node('Reshape', [tensor, target]);
}

/** `tensor` with axes of size 1 repeated to the shape of the node's input. */
export function expandLike(step: GradientStep, tensor: string, index = 0): string {
  return step.node('Expand', [tensor, step.tape.sizes(step.input(index))]);
}

/** A shape that Reshape may be told; undefined when more than one size is free. */
export function constantShape(shape: Shape | undefined): number[] | undefined {
  if (shape === undefined || shape.filter((size) => typeof size === 'string').length > 1) return undefined;
  return shape.map((size) => (typeof size === 'string' ? -1 : size));
}

/**
 * The gradient by an input that was broadcast: summed over the axes along which it was repeated.
 * `from`: shape of the gradient, if absent that of the node's first output.
 */
export function sumLike(
  step: GradientStep,
  gradient: string,
  index: number,
  from: Shape | undefined = step.tape.shapes.of(step.output()),
): string {
  const to = step.shape(index);
  if (from === undefined || to === undefined) return dynamicSumLike(step, gradient, index);
  const lead = from.length - to.length;
  const repeated: number[] = [];
  for (const [axis, size] of from.entries()) {
    const own = axis < lead ? 1 : to[axis - lead]!;
    if (own === size) {
      if (axis < lead) repeated.push(axis);
    } else if (own === 1) repeated.push(axis);
    // A free size may be 1 as well, unless it is the other one's free size too.
    else if (typeof own === 'string') return dynamicSumLike(step, gradient, index);
  }
  const summed = repeated.length === 0 ? gradient : reduceSum(step, gradient, repeated);
  return lead === 0 ? summed : reshapeLike(step, summed, index);
}

/** The same with axes found at run time. */
function dynamicSumLike(step: GradientStep, gradient: string, index: number): string {
  if (step.opset < DYNAMIC_REDUCE_OPSET) {
    return step.refuse(
      `the sizes of '${step.input(index)}' are not known, and in opset ${step.opset} axes cannot be found at run time ` +
        `(export the model with opset ${DYNAMIC_REDUCE_OPSET} or later)`,
    );
  }
  const own = step.tape.sizes(step.input(index));
  const all = step.node('Shape', [gradient]);
  const missing = step.node('Sub', [step.node('Shape', [all]), step.node('Shape', [own])]);
  const ones = step.node('Expand', [step.integers(1), missing]);
  const aligned = step.node('Concat', [ones, own], { axis: 0 });
  const differs = step.node('Not', [step.node('Equal', [aligned, all])]);
  // Axes of size 1 on both sides need no sum; those in front of the input's own vanish in the Reshape.
  const axes = step.node('Reshape', [step.node('NonZero', [differs]), step.integers(-1)]);
  const summed = step.node('ReduceSum', [gradient, axes], { keepdims: 1, noop_with_empty_axes: 1 });
  return step.node('Reshape', [summed, own]);
}
