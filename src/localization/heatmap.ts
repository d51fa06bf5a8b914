/** Keeps the scaling of a flat map finite; the reference implementation's constant. */
const SCALE_EPSILON = 1e-7;

/**
 * Scales a map to [0, 1] in place: minus its minimum, divided by 1e-7 plus its maximum (Pang et al. 2022 use
 * pytorch-grad-cam, which scales so before and after resizing).
 */
export function scaleMap(map: Float32Array): Float32Array {
  let low = Infinity;
  let high = -Infinity;
  // A counted loop: an iterator over a typed array costs several times as much.
  // eslint-disable-next-line @typescript-eslint/prefer-for-of
  for (let i = 0; i < map.length; i++) {
    low = Math.min(low, map[i]!);
    high = Math.max(high, map[i]!);
  }
  const factor = 1 / (SCALE_EPSILON + (high - low));
  for (let i = 0; i < map.length; i++) map[i] = (map[i]! - low) * factor;
  return map;
}

/** Source indices and the weight of the second one, for every destination index of one axis. */
interface AxisTable {
  readonly first: Int32Array;
  readonly second: Int32Array;
  readonly weight: Float32Array;
}

const tables = new Map<string, AxisTable>();

/** OpenCV's INTER_LINEAR: half-pixel centres, clamped at the edges. Tables are kept: sizes are few. */
function axisTable(source: number, target: number): AxisTable {
  const key = `${source}>${target}`;
  const known = tables.get(key);
  if (known !== undefined) return known;
  const first = new Int32Array(target);
  const second = new Int32Array(target);
  const weight = new Float32Array(target);
  for (let i = 0; i < target; i++) {
    const position = Math.min(source - 1, Math.max(0, (i + 0.5) * (source / target) - 0.5));
    const index = Math.floor(position);
    first[i] = index;
    second[i] = Math.min(source - 1, index + 1);
    weight[i] = position - index;
  }
  const table = { first, second, weight };
  tables.set(key, table);
  return table;
}

/** Resizes a row-major map as OpenCV's INTER_LINEAR does (no antialiasing). */
export function resizeBilinear(
  map: Float32Array,
  sourceWidth: number,
  sourceHeight: number,
  width: number,
  height: number,
): Float32Array {
  if (sourceWidth === width && sourceHeight === height) return map.slice();
  const columns = axisTable(sourceWidth, width);
  const rows = axisTable(sourceHeight, height);
  const wide = new Float32Array(width * sourceHeight);
  for (let y = 0; y < sourceHeight; y++) {
    const from = y * sourceWidth;
    const to = y * width;
    for (let x = 0; x < width; x++) {
      const left = map[from + columns.first[x]!]!;
      wide[to + x] = left + (map[from + columns.second[x]!]! - left) * columns.weight[x]!;
    }
  }
  const resized = new Float32Array(width * height);
  for (let y = 0; y < height; y++) {
    const upper = rows.first[y]! * width;
    const lower = rows.second[y]! * width;
    const weight = rows.weight[y]!;
    const to = y * width;
    for (let x = 0; x < width; x++) {
      const top = wide[upper + x]!;
      resized[to + x] = top + (wide[lower + x]! - top) * weight;
    }
  }
  return resized;
}

/** The heatmap at model-input size from the scaled map on the model's grid: resized, then scaled once more. */
export function fullHeatmap(
  native: Float32Array,
  gridWidth: number,
  gridHeight: number,
  width: number,
  height: number,
): Float32Array {
  return scaleMap(resizeBilinear(native, gridWidth, gridHeight, width, height));
}
