import type { GradientRule, GradientStep } from './gradient-step.js';
import { sumLike } from './sizes.js';

/** A rule of two inputs that are broadcast: each gradient is written only if wanted, and summed to its input's shape. */
function pair(byLeft: (step: GradientStep) => string, byRight: (step: GradientStep) => string): GradientRule {
  return (step) =>
    [byLeft, byRight].map((rule, index) =>
      step.wants(index) ? sumLike(step, rule(step), index) : undefined,
    );
}

const same = (step: GradientStep): string => step.gradient;
const negative = (step: GradientStep): string => step.node('Neg', [step.gradient]);
const times = (step: GradientStep, factor: string): string => step.node('Mul', [step.gradient, factor]);

/** -g y / b. */
function byDivisor(step: GradientStep): string {
  return step.node('Neg', [step.node('Div', [times(step, step.y()), step.x(1)])]);
}

/** g p x^(p - 1) with a constant exponent. */
function pow(step: GradientStep): readonly (string | undefined)[] {
  const exponent = step.args.scalar('', 1);
  const dims = step.shape(1);
  if (exponent === undefined || !dims?.every((size) => size === 1)) {
    return step.refuse('its exponent must be one constant number');
  }
  if (exponent === 1) return [sumLike(step, step.gradient, 0)];
  const power = exponent === 2 ? step.x() : step.node('Pow', [step.x(), step.scalar(exponent - 1)]);
  return [sumLike(step, times(step, step.node('Mul', [power, step.scalar(exponent)])), 0)];
}

/** One of two values; what is not chosen gets 0. */
function where(step: GradientStep): readonly (string | undefined)[] {
  const condition = step.x(0);
  const zero = step.scalar(0);
  return [
    undefined,
    step.wants(1) ? sumLike(step, step.node('Where', [condition, step.gradient, zero]), 1) : undefined,
    step.wants(2) ? sumLike(step, step.node('Where', [condition, zero, step.gradient]), 2) : undefined,
  ];
}

export const ARITHMETIC_RULES: Readonly<Record<string, GradientRule>> = {
  Add: pair(same, same),
  Sub: pair(same, negative),
  Mul: pair(
    (step) => times(step, step.x(1)),
    (step) => times(step, step.x(0)),
  ),
  Div: pair((step) => step.node('Div', [step.gradient, step.x(1)]), byDivisor),
  Pow: pow,
  Where: where,
  Neg: (step) => [negative(step)],
  Abs: (step) => [times(step, step.node('Sign', [step.x()]))],
  Exp: (step) => [times(step, step.y())],
  Log: (step) => [step.node('Div', [step.gradient, step.x()])],
  // g / (2 y)
  Sqrt: (step) => [step.node('Div', [step.gradient, step.node('Mul', [step.y(), step.scalar(2)])])],
  // -g y^2
  Reciprocal: (step) => [step.node('Neg', [times(step, step.node('Mul', [step.y(), step.y()]))])],
};
