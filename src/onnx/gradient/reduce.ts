import type { GradientStep } from './gradient-step.js';

/** Set from which the axes are an input and no attribute. */
const AXES_AS_INPUT = { ReduceSum: 13, ReduceMean: 18, ReduceMax: 18, Squeeze: 13, Unsqueeze: 13 } as const;

/** Sum over axes, which stay with size 1. */
export function reduceSum(step: GradientStep, tensor: string, axes: readonly number[]): string {
  return overAxes(step, 'ReduceSum', tensor, axes, { keepdims: 1 });
}

/** Mean over axes, which stay with size 1. */
export function reduceMean(step: GradientStep, tensor: string, axes: readonly number[]): string {
  return overAxes(step, 'ReduceMean', tensor, axes, { keepdims: 1 });
}

export function unsqueeze(step: GradientStep, tensor: string, axes: readonly number[]): string {
  return overAxes(step, 'Unsqueeze', tensor, axes, {});
}

function overAxes(
  step: GradientStep,
  operator: keyof typeof AXES_AS_INPUT,
  tensor: string,
  axes: readonly number[],
  attributes: Readonly<Record<string, number>>,
): string {
  return step.opset >= AXES_AS_INPUT[operator]
    ? step.node(operator, [tensor, step.integers(...axes)], attributes)
    : step.node(operator, [tensor], { ...attributes, axes });
}
