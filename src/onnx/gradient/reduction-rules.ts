import type { GradientRule, GradientStep } from './gradient-step.js';
import { reduceSum, unsqueeze } from './reduce.js';
import { expandLike, reshapeLike } from './sizes.js';

/** Elements of the input for each element of the output, as a float32 scalar. */
function ratio(step: GradientStep): string {
  const before = step.shape();
  const after = step.tape.shapes.of(step.output());
  if (before !== undefined && after !== undefined) {
    const count = numbers(before) / numbers(after);
    const names = (shape: typeof before): string =>
      shape
        .filter((size) => typeof size === 'string')
        .sort()
        .join();
    if (names(before) === names(after)) return step.scalar(count);
  }
  // Of the plain forward values: repeated rows change both alike.
  const size = (tensor: string): string => step.node('Cast', [step.node('Size', [tensor])], { to: 1 });
  return step.node('Div', [size(step.input()), size(step.output())]);
}

function numbers(shape: readonly (number | string)[]): number {
  return shape.reduce<number>((total, size) => (typeof size === 'number' ? total * size : total), 1);
}

/** `tensor` of the output's shape with the reduced axes back, of size 1. */
function withAxes(step: GradientStep, tensor: string): string {
  if (step.args.number('keepdims', 1) === 1) return tensor;
  return unsqueeze(step, tensor, reducedAxes(step));
}

function reducedAxes(step: GradientStep): readonly number[] {
  const axes = step.args.list('axes', 1);
  return axes !== undefined && axes.length > 0 ? axes : step.refuse('its axes must be given as constants');
}

const reduceSumRule: GradientRule = (step) => {
  reducedAxes(step);
  return [expandLike(step, withAxes(step, step.gradient))];
};

const reduceMeanRule: GradientRule = (step) => {
  reducedAxes(step);
  return [expandLike(step, withAxes(step, step.node('Div', [step.gradient, ratio(step)])))];
};

/** Several equal maxima share the gradient, as in PyTorch's amax. */
const reduceMaxRule: GradientRule = (step) => {
  const axes = reducedAxes(step);
  const isMaximum = step.node('Equal', [step.x(), withAxes(step, step.y())]);
  const count = reduceSum(step, step.node('Cast', [isMaximum], { to: 1 }), axes);
  return [step.where(isMaximum, step.node('Div', [withAxes(step, step.gradient), count]))];
};

const globalAveragePool: GradientRule = (step) => [
  expandLike(step, step.node('Div', [step.gradient, ratio(step)])),
];

/** The first maximum gets everything, as in PyTorch. */
const globalMaxPool: GradientRule = (step) => {
  const spatial = step.shape()?.slice(2);
  if (!spatial?.every((size) => typeof size === 'number')) {
    return step.refuse('the size of its input must be known');
  }
  const cells = spatial.reduce((a, b) => a * b, 1);
  const flat = step.node('Reshape', [step.x(), step.integers(0, 0, cells)]);
  const first = step.node('ArgMax', [flat], { axis: 2, keepdims: 1 });
  const all = step.integers(...Array.from({ length: cells }, (_, cell) => cell));
  const flatGradient = step.node('Reshape', [step.gradient, step.integers(0, 0, 1)]);
  return [reshapeLike(step, step.where(step.node('Equal', [first, all]), flatGradient))];
};

export const REDUCTION_RULES: Readonly<Record<string, GradientRule>> = {
  ReduceSum: reduceSumRule,
  ReduceMean: reduceMeanRule,
  ReduceMax: reduceMaxRule,
  GlobalAveragePool: globalAveragePool,
  GlobalMaxPool: globalMaxPool,
};
