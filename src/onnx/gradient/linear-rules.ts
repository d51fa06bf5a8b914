import type { GradientRule, GradientStep } from './gradient-step.js';
import { sumLike } from './sizes.js';
import type { Shape } from './shape-task.js';

/** y = alpha A' B' + beta C by A, and by C where that is not constant. */
function gemm(step: GradientStep): readonly (string | undefined)[] {
  const { args, gradient } = step;
  if (args.number('transA', 0) !== 0) return step.refuse('transA must be 0');
  if (step.wants(1)) return step.refuse('its second input must be constant');
  const byRows = step.wants(0)
    ? step.node('Gemm', [gradient, step.x(1)], {
        alpha: { float: args.number('alpha', 1) },
        transB: 1 - args.number('transB', 0),
      })
    : undefined;
  if (!step.wants(2)) return [byRows];
  const beta = args.number('beta', 1);
  const scaled = beta === 1 ? gradient : step.node('Mul', [gradient, step.scalar(beta)]);
  return [byRows, undefined, sumLike(step, scaled, 2)];
}

function matMul(step: GradientStep): readonly (string | undefined)[] {
  const [left, right] = [step.shape(0), step.shape(1)];
  if (!step.wants(1) && right?.length === 2) {
    const flipped = step.node('Transpose', [step.x(1)], { perm: [1, 0] });
    return [step.node('MatMul', [step.gradient, flipped])];
  }
  if (left === undefined || right === undefined || left.length < 2 || right.length < 2) {
    return step.refuse('its inputs must have a known number of axes, two at least');
  }
  const after = step.tape.shapes.of(step.output());
  const byLeft = (): string => {
    const product = step.node('MatMul', [step.gradient, flip(step, step.x(1), right)]);
    return sumLike(step, product, 0, shapeOf(after, left.at(-2)!, left.at(-1)!));
  };
  const byRight = (): string => {
    const product = step.node('MatMul', [flip(step, step.x(0), left), step.gradient]);
    return sumLike(step, product, 1, shapeOf(after, right.at(-2)!, right.at(-1)!));
  };
  return [step.wants(0) ? byLeft() : undefined, step.wants(1) ? byRight() : undefined];
}

function flip(step: GradientStep, tensor: string, shape: Shape): string {
  const axes = shape.map((_, axis) => axis);
  return step.node('Transpose', [tensor], { perm: [...axes.slice(0, -2), axes.at(-1)!, axes.at(-2)!] });
}

function shapeOf(after: Shape | undefined, rows: Shape[number], columns: Shape[number]): Shape | undefined {
  return after === undefined ? undefined : [...after.slice(0, -2), rows, columns];
}

export const LINEAR_RULES: Readonly<Record<string, GradientRule>> = { Gemm: gemm, MatMul: matMul };
