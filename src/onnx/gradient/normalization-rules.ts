import type { GradientRule, GradientStep } from './gradient-step.js';
import { reduceMean, reduceSum } from './reduce.js';

/** With fixed statistics it is linear: the same operator on the gradient, without mean and bias. */
function batchNorm(step: GradientStep): readonly string[] {
  if (step.args.number('training_mode', 0) !== 0) return step.refuse('training_mode must be 0');
  const channels = step.shape(1)?.[0];
  if (typeof channels !== 'number') return step.refuse('its scale must be constant');
  const zero = step.floats([channels], new Float32Array(channels));
  return [
    step.node('BatchNormalization', [step.gradient, step.x(1), zero, zero, step.x(4)], {
      epsilon: { float: step.args.number('epsilon', 1e-5) },
    }),
  ];
}

function layerNorm(step: GradientStep): readonly string[] {
  const axis = step.args.number('axis', -1);
  const rank = step.shape()?.length;
  const start =
    axis < 0 ? axis : rank === undefined ? step.refuse('its number of axes must be known') : axis - rank;
  const axes = Array.from({ length: -start }, (_, index) => start + index);
  return [normalized(step, axes, step.node('Mul', [step.gradient, step.x(1)]))];
}

function instanceNorm(step: GradientStep): readonly string[] {
  const rank = step.shape()?.length;
  if (rank === undefined) return step.refuse('its number of axes must be known');
  const axes = Array.from({ length: rank - 2 }, (_, axis) => axis + 2);
  const scale = step.node('Reshape', [step.x(1), step.integers(1, -1, ...axes.map(() => 1))]);
  return [normalized(step, axes, step.node('Mul', [step.gradient, scale]))];
}

/** (g - mean(g) - n mean(g n)) / sigma, with n = (x - mean) / sigma and the means over `axes`. */
function normalized(step: GradientStep, axes: readonly number[], gradient: string): string {
  const x = step.x();
  const centred = step.node('Sub', [x, reduceMean(step, x, axes)]);
  const variance = reduceMean(step, step.node('Mul', [centred, centred]), axes);
  const epsilon = step.scalar(step.args.number('epsilon', 1e-5));
  const sigma = step.node('Sqrt', [step.node('Add', [variance, epsilon])]);
  const n = step.node('Div', [centred, sigma]);
  const along = step.node('Mul', [n, reduceMean(step, step.node('Mul', [gradient, n]), axes)]);
  const rest = step.node('Sub', [gradient, reduceMean(step, gradient, axes)]);
  return step.node('Div', [step.node('Sub', [rest, along]), sigma]);
}

/** y (g - sum(g y)). */
function softmax(step: GradientStep): readonly string[] {
  const y = step.y();
  const weighted = step.node('Mul', [step.gradient, y]);
  return [
    step.node('Sub', [weighted, step.node('Mul', [y, reduceSum(step, weighted, [softmaxAxis(step)])])]),
  ];
}

/** g - e^y sum(g). */
function logSoftmax(step: GradientStep): readonly string[] {
  const sum = reduceSum(step, step.gradient, [softmaxAxis(step)]);
  return [step.node('Sub', [step.gradient, step.node('Mul', [step.node('Exp', [step.y()]), sum])])];
}

/** Before opset 13 all axes from `axis` on were one; that is the same for the last axis alone. */
function softmaxAxis(step: GradientStep): number {
  if (step.opset >= 13) return step.args.number('axis', -1);
  const axis = step.args.number('axis', 1);
  if (axis === -1 || axis + 1 === step.shape()?.length) return -1;
  return step.refuse('before opset 13 its axis must be the last one');
}

export const NORMALIZATION_RULES: Readonly<Record<string, GradientRule>> = {
  BatchNormalization: batchNorm,
  LayerNormalization: layerNorm,
  InstanceNormalization: instanceNorm,
  Softmax: softmax,
  LogSoftmax: logSoftmax,
};
