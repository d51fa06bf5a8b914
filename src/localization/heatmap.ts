import { axisTable, resizeRows, type AxisTable } from './resize-bilinear.js';

// Taken once: looking up `Math` costs more than the arithmetic where modules run in a context of their own (jest).
const { fround } = Math;

/** Keeps the scaling of a flat map finite; the reference implementation's constant. */
const SCALE_EPSILON = 1e-7;

export interface Range {
  low: number;
  high: number;
}

/**
 * Scales a map to [0, 1] in place: minus its minimum, divided by 1e-7 plus its maximum (Pang et al. 2022 use
 * pytorch-grad-cam, which scales so before and after resizing).
 */
export function scaleMap(map: Float32Array): Float32Array {
  const range: Range = { low: Infinity, high: -Infinity };
  for (const value of map) widenRange(range, value);
  const { low } = range;
  const factor = scaleFactor(range);
  for (let i = 0; i < map.length; i++) map[i] = (map[i]! - low) * factor;
  return map;
}

/**
 * The heatmap at model-input size from the scaled map on the model's grid: `scaleMap(resizeBilinear(...))`, written in
 * one pass over the pixels, for it runs for every class of every frame. Values are in [0, 1].
 */
export function fullHeatmap(
  native: Float32Array,
  gridWidth: number,
  gridHeight: number,
  width: number,
  height: number,
): Float32Array {
  if (gridWidth === width && gridHeight === height) return scaleMap(native.slice());
  const wide = resizeRows(native, gridWidth, gridHeight, width);
  const rows = axisTable(gridHeight, height);
  const range = rangeOfRows(wide, width, rows);
  const { low } = range;
  const factor = scaleFactor(range);
  const full = new Float32Array(width * height);
  for (let y = 0; y < height; y++) {
    const upper = rows.first[y]! * width;
    const lower = rows.second[y]! * width;
    const upperWeight = rows.firstWeight[y]!;
    const lowerWeight = rows.secondWeight[y]!;
    const to = y * width;
    for (let x = 0; x < width; x++) {
      const value = fround(fround(wide[upper + x]! * upperWeight) + fround(wide[lower + x]! * lowerWeight));
      // Rounding may leave a value a hair below the minimum of the rows looked at.
      full[to + x] = value > low ? (value - low) * factor : 0;
    }
  }
  return full;
}

/**
 * The range of the resized map. Between two source rows every column is a straight line, so its extremes lie in the
 * first and last destination row of each such stretch.
 */
export function rangeOfRows(
  wide: Float32Array,
  width: number,
  { first, second, firstWeight, secondWeight }: AxisTable,
): Range {
  const range: Range = { low: Infinity, high: -Infinity };
  for (let y = 0; y < first.length; y++) {
    const isInsideStretch =
      first[y] === first[y - 1] &&
      first[y] === first[y + 1] &&
      second[y] === second[y - 1] &&
      second[y] === second[y + 1];
    if (isInsideStretch) continue;
    const upper = first[y]! * width;
    const lower = second[y]! * width;
    for (let x = 0; x < width; x++) {
      widenRange(
        range,
        fround(fround(wide[upper + x]! * firstWeight[y]!) + fround(wide[lower + x]! * secondWeight[y]!)),
      );
    }
  }
  return range;
}

function widenRange(range: Range, value: number): void {
  if (value < range.low) range.low = value;
  if (value > range.high) range.high = value;
}

export function scaleFactor({ low, high }: Range): number {
  return 1 / (SCALE_EPSILON + (high - low));
}
