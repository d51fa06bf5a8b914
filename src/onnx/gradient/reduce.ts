import { takesAxesAsInput, type AxesOperator } from '../axes-operators.js';
import type { GradientStep } from './gradient-step.js';

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
  operator: AxesOperator,
  tensor: string,
  axes: readonly number[],
  attributes: Readonly<Record<string, number>>,
): string {
  return takesAxesAsInput(operator, step.opset)
    ? step.node(operator, [tensor, step.integers(...axes)], attributes)
    : step.node(operator, [tensor], { ...attributes, axes });
}
