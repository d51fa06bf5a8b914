import type { GradientRule, GradientStep } from './gradient-step.js';
import { positions, reach, windowsOf, type AxisWindow } from './window.js';

/** Behind the end of every axis. */
const END = 2 ** 31 - 1;

/** Convolution by constant weights, with any number of spatial axes: the transposed convolution. */
function conv(step: GradientStep): readonly (string | undefined)[] {
  if (step.wants(1) || step.wants(2)) return step.refuse('its weights must be constant');
  const weight = step.tape.shapes.of(step.input(1));
  const kernels = step.args.list('kernel_shape') ?? weight?.slice(2).map(Number);
  if (kernels === undefined) return step.refuse('the size of its kernel must be known');
  const shape = step.shape();
  const lengths = kernels.map((_, axis) => numeric(shape?.[axis + 2]));
  const windows = windowsOf(step.args, kernels, lengths);
  if (windows === undefined) return step.refuse('auto_pad SAME needs a known size of its input');
  return [transposed(step, step.gradient, step.x(1), windows, lengths, step.args.number('group', 1))];
}

export function numeric(size: number | string | undefined): number | undefined {
  return typeof size === 'number' ? size : undefined;
}

/**
 * Adjoint of moving windows over an input whose spatial axes have `lengths`. Several lengths give the same number of
 * positions: where the length is unknown, the longest is made and cut to the input's size at run time.
 */
export function transposed(
  step: GradientStep,
  gradient: string,
  weight: string,
  windows: readonly AxisWindow[],
  lengths: readonly (number | undefined)[],
  group = 1,
): string {
  const known = lengths.every((length) => length !== undefined);
  const ends = windows.map(({ end }) => end);
  const extra = windows.map(({ stride }) => stride - 1);
  if (known) {
    for (const [axis, window] of windows.entries()) {
      const length = lengths[axis]!;
      const covered = (positions(window, length) - 1) * window.stride + reach(window) - window.begin;
      ends[axis] = Math.max(covered - length, 0);
      extra[axis] = Math.max(length - covered, 0);
    }
  }
  const whole = step.node('ConvTranspose', [gradient, weight], {
    kernel_shape: windows.map(({ kernel }) => kernel),
    strides: windows.map(({ stride }) => stride),
    dilations: windows.map(({ dilation }) => dilation),
    pads: [...windows.map(({ begin }) => begin), ...ends],
    output_padding: extra,
    group,
  });
  if (known || extra.every((size) => size === 0)) return whole;
  const axes = windows.map((_, axis) => axis + 2);
  const sizes = step.node('Slice', [
    step.tape.sizes(step.input()),
    step.integers(2),
    step.integers(END),
    step.integers(0),
  ]);
  return step.node('Slice', [whole, step.integers(...axes.map(() => 0)), sizes, step.integers(...axes)]);
}

export const CONVOLUTION_RULES: Readonly<Record<string, GradientRule>> = { Conv: conv };
