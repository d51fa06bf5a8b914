import type { GradientRule, GradientStep } from './gradient-step.js';

/** Gradients of element-wise activations, written g below; at kinks as PyTorch has them. */
const times = (step: GradientStep, factor: string): string => step.node('Mul', [step.gradient, factor]);
const above = (step: GradientStep, tensor: string, bound: number): string =>
  step.node('Greater', [tensor, step.scalar(bound)]);
const below = (step: GradientStep, tensor: string, bound: number): string =>
  step.node('Less', [tensor, step.scalar(bound)]);

function relu(step: GradientStep): readonly string[] {
  return [step.where(above(step, step.y(), 0))];
}

function leakyRelu(step: GradientStep): readonly string[] {
  const small = step.node('Mul', [step.gradient, step.scalar(step.args.number('alpha', 0.01))]);
  return [step.node('Where', [above(step, step.x(), 0), step.gradient, small])];
}

function prelu(step: GradientStep): readonly string[] {
  if (step.wants(1)) return step.refuse('its slope must be constant');
  return [step.node('Where', [above(step, step.x(), 0), step.gradient, times(step, step.x(1))])];
}

/** y + alpha = alpha e^x where x is not positive. */
function elu(step: GradientStep): readonly string[] {
  const slope = step.node('Add', [step.y(), step.scalar(step.args.number('alpha', 1))]);
  return [step.node('Where', [above(step, step.x(), 0), step.gradient, times(step, slope)])];
}

/** 0 at the bounds themselves, as PyTorch's ReLU6 and Hardtanh have it. */
function clip(step: GradientStep): readonly string[] {
  const inside = [...bound(step, 'min', 1, 'Greater'), ...bound(step, 'max', 2, 'Less')];
  if (inside.length === 0) return [step.gradient];
  return [step.where(inside.reduce((left, right) => step.node('And', [left, right])))];
}

function bound(step: GradientStep, name: string, index: number, operator: string): readonly string[] {
  if (step.wants(index)) return step.refuse('its bounds must be constant');
  if (step.args.has(index)) return [step.node(operator, [step.x(), step.x(index)])];
  const value = step.args.scalar(name, index);
  return value === undefined ? [] : [step.node(operator, [step.x(), step.scalar(value)])];
}

/** y (1 - y). */
function sigmoid(step: GradientStep): readonly string[] {
  const y = step.y();
  return [times(step, step.node('Mul', [y, step.node('Sub', [step.scalar(1), y])]))];
}

function hardSigmoid(step: GradientStep): readonly string[] {
  const y = step.y();
  const slope = step.node('Mul', [step.gradient, step.scalar(step.args.number('alpha', 0.2))]);
  return [step.where(step.node('And', [above(step, y, 0), below(step, y, 1)]), slope)];
}

/** x / 3 + 1/2 between -3 and 3; 1 above, 0 below. */
function hardSwish(step: GradientStep): readonly string[] {
  const x = step.x();
  const slope = step.node('Add', [step.node('Mul', [x, step.scalar(1 / 3)]), step.scalar(0.5)]);
  const inner = step.node('Where', [above(step, x, 3), step.gradient, times(step, slope)]);
  return [step.where(above(step, x, -3), inner)];
}

/** 1 - y^2. */
function tanh(step: GradientStep): readonly string[] {
  const y = step.y();
  return [times(step, step.node('Sub', [step.scalar(1), step.node('Mul', [y, y])]))];
}

function softplus(step: GradientStep): readonly string[] {
  return [times(step, step.node('Sigmoid', [step.x()]))];
}

/** 2 / sqrt(pi) e^(-x^2). */
function erf(step: GradientStep): readonly string[] {
  return [times(step, step.node('Mul', [bell(step, 1), step.scalar(2 / Math.sqrt(Math.PI))]))];
}

/** Phi(x) + x phi(x): the normal distribution and its density. */
function gelu(step: GradientStep): readonly string[] {
  if (step.args.text('approximate', 'none') !== 'none') return step.refuse("approximate must be 'none'");
  const x = step.x();
  const area = step.node('Erf', [step.node('Mul', [x, step.scalar(Math.SQRT1_2)])]);
  const normal = step.node('Mul', [step.node('Add', [area, step.scalar(1)]), step.scalar(0.5)]);
  const density = step.node('Mul', [bell(step, 0.5), step.scalar(1 / Math.sqrt(2 * Math.PI))]);
  return [times(step, step.node('Add', [normal, step.node('Mul', [x, density])]))];
}

/** e^(-a x^2). */
function bell(step: GradientStep, a: number): string {
  const square = step.node('Mul', [step.x(), step.x()]);
  return step.node('Exp', [step.node('Mul', [square, step.scalar(-a)])]);
}

export const ACTIVATION_RULES: Readonly<Record<string, GradientRule>> = {
  Relu: relu,
  LeakyRelu: leakyRelu,
  PRelu: prelu,
  Elu: elu,
  Clip: clip,
  Sigmoid: sigmoid,
  HardSigmoid: hardSigmoid,
  HardSwish: hardSwish,
  Tanh: tanh,
  Softplus: softplus,
  Erf: erf,
  Gelu: gelu,
};
