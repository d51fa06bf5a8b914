import { numeric, transposed } from './convolution-rules.js';
import type { GradientRule, GradientStep } from './gradient-step.js';
import { reshapeLike } from './sizes.js';
import { positions, reach, windowsOf, type AxisWindow } from './window.js';

/** Below every value that a network computes with; -inf would make NaN of a product with 0. */
const LOWEST = -3.4e38;

interface Pooling {
  /** Of the two spatial axes. */
  readonly lengths: readonly [number, number];
  readonly windows: readonly [AxisWindow, AxisWindow];
  /** Size of the output. */
  readonly counts: readonly [number, number];
}

function poolingOf(step: GradientStep): Pooling {
  const lengths = [numeric(step.shape()?.[2]), numeric(step.shape()?.[3])];
  const [height, width] = lengths;
  const kernels = step.args.list('kernel_shape') ?? [];
  if (height === undefined || width === undefined || kernels.length !== 2) {
    return step.refuse('its input must be [N, C, height, width] with known height and width');
  }
  const [rows, columns] = windowsOf(step.args, kernels, lengths)!;
  return {
    lengths: [height, width],
    windows: [rows!, columns!],
    counts: [positions(rows!, height), positions(columns!, width)],
  };
}

/** Every channel as a picture of its own: [M C, 1, height, width]. */
function planes(step: GradientStep, tensor: string, [height, width]: readonly [number, number]): string {
  return step.node('Reshape', [tensor, step.integers(-1, 1, height, width)]);
}

function averagePool(step: GradientStep): readonly string[] {
  const { lengths, windows, counts } = poolingOf(step);
  const padded = windows.some(({ begin, end }) => begin + end > 0);
  const [rows, columns] = windows;
  const partial = windows.some(({ roundUp, ...window }, axis) => {
    return roundUp && positions({ ...window, roundUp: false }, lengths[axis]!) !== counts[axis];
  });
  if (partial) return step.refuse('ceil_mode must not add windows');
  const area = rows.kernel * columns.kernel;
  let gradient = step.gradient;
  let divisor = area;
  if (padded && step.args.number('count_include_pad', 0) === 0) {
    const inside = [cellsInside(rows, lengths[0], counts[0]), cellsInside(columns, lengths[1], counts[1])];
    const sizes = Float32Array.from(
      inside[0]!.flatMap((height) => inside[1]!.map((width) => height * width)),
    );
    gradient = step.node('Div', [gradient, step.floats([1, 1, ...counts], sizes)]);
    divisor = 1;
  }
  const kernel = new Float32Array(area).fill(1 / divisor);
  const weight = step.floats([1, 1, rows.kernel, columns.kernel], kernel);
  return [reshapeLike(step, transposed(step, planes(step, gradient, counts), weight, windows, lengths))];
}

/** For each position of a window the number of its elements that are not padding. */
function cellsInside(window: AxisWindow, length: number, count: number): number[] {
  return Array.from({ length: count }, (_, position) => {
    const start = position * window.stride - window.begin;
    const cells = Array.from({ length: window.kernel }, (_cell, k) => start + k * window.dilation);
    return cells.filter((cell) => cell >= 0 && cell < length).length;
  });
}

/**
 * The first maximum of each window, row by row, gets the window's gradient, as in PyTorch. The windows' elements are
 * laid side by side as channels, because ScatterElements adds from opset 16 on only.
 */
function maxPool(step: GradientStep): readonly string[] {
  const { lengths, windows, counts } = poolingOf(step);
  const [rows, columns] = windows;
  const area = rows.kernel * columns.kernel;
  // What windows need beyond the end: the padding itself, or more where ceil_mode lets the last window hang over.
  const behind = windows.map((window, axis) =>
    Math.max(0, (counts[axis]! - 1) * window.stride + reach(window) - window.begin - lengths[axis]!),
  );
  const pads = step.integers(0, 0, rows.begin, columns.begin, 0, 0, ...behind);
  const padded = step.node('Pad', [planes(step, step.x(), lengths), pads, step.scalar(LOWEST)]);
  const axes = step.integers(2, 3);
  const strides = step.integers(rows.stride, columns.stride);
  const elements = Array.from({ length: area }, (_, index) => {
    const starts = [
      Math.floor(index / columns.kernel) * rows.dilation,
      (index % columns.kernel) * columns.dilation,
    ];
    const ends = windows.map(({ stride }, axis) => starts[axis]! + (counts[axis]! - 1) * stride + 1);
    return step.node('Slice', [padded, step.integers(...starts), step.integers(...ends), axes, strides]);
  });
  const first = step.node('ArgMax', [step.node('Concat', elements, { axis: 1 })], { axis: 1, keepdims: 1 });
  const all = step.integers(...Array.from({ length: area }, (_, index) => index));
  const numbers = step.node('Reshape', [all, step.integers(1, area, 1, 1)]);
  const shares = step.where(step.node('Equal', [first, numbers]), planes(step, step.gradient, counts));
  // One kernel for each element of the window, with a single 1 in its place.
  const places = new Float32Array(area * area).map((_, index) => (index % (area + 1) === 0 ? 1 : 0));
  const weight = step.floats([area, 1, rows.kernel, columns.kernel], places);
  return [reshapeLike(step, transposed(step, shares, weight, windows, lengths))];
}

export const POOLING_RULES: Readonly<Record<string, GradientRule>> = {
  AveragePool: averagePool,
  MaxPool: maxPool,
};
