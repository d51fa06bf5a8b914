import type { NodeArguments } from './node-arguments.js';

/** How a convolution or a pooling moves along one axis. */
export interface AxisWindow {
  readonly kernel: number;
  readonly stride: number;
  readonly dilation: number;
  readonly begin: number;
  readonly end: number;
  readonly roundUp: boolean;
}

/** From the first to behind the last element under a kernel. */
export function reach({ kernel, dilation }: AxisWindow): number {
  return (kernel - 1) * dilation + 1;
}

/** Positions of the window along an axis of `length`, as ONNX and PyTorch count them. */
export function positions(window: AxisWindow, length: number): number {
  const { stride, begin, end, roundUp } = window;
  const steps = (length + begin + end - reach(window)) / stride;
  const count = Math.floor(steps) + 1;
  // Rounding up never adds a window that begins in the padding behind the end.
  return roundUp && steps > count - 1 && count * stride < length + begin ? count + 1 : count;
}

/**
 * The windows of all spatial axes. `lengths`: of the input's spatial axes, undefined where unknown.
 * Undefined where the padding depends on a length that is unknown (auto_pad SAME).
 */
export function windowsOf(
  args: NodeArguments,
  kernels: readonly number[],
  lengths: readonly (number | undefined)[],
): readonly AxisWindow[] | undefined {
  const strides = args.list('strides');
  const dilations = args.list('dilations');
  const pads = args.list('pads');
  const padding = args.text('auto_pad', 'NOTSET');
  const rank = kernels.length;
  const windows: AxisWindow[] = [];
  for (const [axis, kernel] of kernels.entries()) {
    const window = {
      kernel,
      stride: strides?.[axis] ?? 1,
      dilation: dilations?.[axis] ?? 1,
      begin: padding === 'NOTSET' ? (pads?.[axis] ?? 0) : 0,
      end: padding === 'NOTSET' ? (pads?.[axis + rank] ?? 0) : 0,
      roundUp: args.number('ceil_mode', 0) === 1,
    };
    if (padding !== 'SAME_UPPER' && padding !== 'SAME_LOWER') {
      windows.push(window);
      continue;
    }
    const length = lengths[axis];
    if (length === undefined) return undefined;
    const count = Math.ceil(length / window.stride);
    const total = Math.max((count - 1) * window.stride + reach(window) - length, 0);
    const less = Math.floor(total / 2);
    const [begin, end] = padding === 'SAME_UPPER' ? [less, total - less] : [total - less, less];
    windows.push({ ...window, begin, end });
  }
  return windows;
}
