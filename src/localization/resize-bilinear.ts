// Taken once: looking up `Math` costs more than the arithmetic where modules run in a context of their own (jest).
const { floor, fround, max, min } = Math;

/** For every destination index of one axis, the two source indices and their weights. */
export interface AxisTable {
  readonly first: Int32Array;
  readonly second: Int32Array;
  readonly firstWeight: Float32Array;
  readonly secondWeight: Float32Array;
}

const tables = new Map<string, AxisTable>();

/** Half-pixel centres, source indices clamped at the edges. Tables are kept: sizes are few. */
export function axisTable(source: number, target: number): AxisTable {
  const key = `${source}>${target}`;
  const known = tables.get(key);
  if (known !== undefined) return known;
  const table: AxisTable = {
    first: new Int32Array(target),
    second: new Int32Array(target),
    firstWeight: new Float32Array(target),
    secondWeight: new Float32Array(target),
  };
  for (let i = 0; i < target; i++) {
    const position = fround((i + 0.5) * (source / target) - 0.5);
    const index = floor(position);
    const weight = fround(position - index);
    table.first[i] = max(0, index);
    table.second[i] = min(source - 1, index + 1);
    table.firstWeight[i] = 1 - weight;
    table.secondWeight[i] = weight;
  }
  tables.set(key, table);
  return table;
}

const stretches = new WeakMap<AxisTable, Int32Array>();

/** The first index of every stretch of destination indices that lie between the same two source indices, and the end. */
export function stretchesOf(table: AxisTable): Int32Array {
  const known = stretches.get(table);
  if (known !== undefined) return known;
  const { first, second } = table;
  const starts = [0];
  for (let i = 1; i < first.length; i++) {
    if (first[i] !== first[i - 1] || second[i] !== second[i - 1]) starts.push(i);
  }
  const found = Int32Array.from([...starts, first.length]);
  stretches.set(table, found);
  return found;
}

/** The first of the two passes of `resizeBilinear`: every row to its new width. */
export function resizeRows(
  map: Float32Array,
  sourceWidth: number,
  height: number,
  width: number,
): Float32Array {
  const { first, second, firstWeight, secondWeight } = axisTable(sourceWidth, width);
  const wide = new Float32Array(width * height);
  for (let x = 0; x < width; x++) {
    // Along a row OpenCV takes the edge value as it is; down a column it weighs the edge row with itself.
    const isEdge = first[x] === second[x];
    const leftWeight = isEdge ? 1 : firstWeight[x]!;
    const rightWeight = isEdge ? 0 : secondWeight[x]!;
    for (let y = 0; y < height; y++) {
      const left = map[y * sourceWidth + first[x]!]!;
      const right = map[y * sourceWidth + second[x]!]!;
      wide[y * width + x] = fround(left * leftWeight) + fround(right * rightWeight);
    }
  }
  return wide;
}

/**
 * Resizes a row-major map as OpenCV's INTER_LINEAR does (no antialiasing), bit for bit: every product and every sum
 * is rounded to float32, rows first.
 */
export function resizeBilinear(
  map: Float32Array,
  sourceWidth: number,
  sourceHeight: number,
  width: number,
  height: number,
): Float32Array {
  if (sourceWidth === width && sourceHeight === height) return map.slice();
  const wide = resizeRows(map, sourceWidth, sourceHeight, width);
  const { first, second, firstWeight, secondWeight } = axisTable(sourceHeight, height);
  const resized = new Float32Array(width * height);
  for (let y = 0; y < height; y++) {
    const upper = first[y]! * width;
    const lower = second[y]! * width;
    const upperWeight = firstWeight[y]!;
    const lowerWeight = secondWeight[y]!;
    const to = y * width;
    for (let x = 0; x < width; x++) {
      resized[to + x] = fround(wide[upper + x]! * upperWeight) + fround(wide[lower + x]! * lowerWeight);
    }
  }
  return resized;
}
