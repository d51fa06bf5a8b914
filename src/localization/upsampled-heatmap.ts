import type { PixelBox } from '../domain/geometry.js';
import { rangeOfRows, scaleFactor } from './heatmap.js';
import type { RegionMap, RunSink } from './regions.js';
import { axisTable, resizeRows, stretchesOf, type AxisTable } from './resize-bilinear.js';

// Taken once: looking up `Math` costs more than the arithmetic where modules run in a context of their own (jest).
const { abs, floor, fround, max, min } = Math;

/** More than what rounding takes from values too small to be rounded relatively. */
const SMALLEST = 2 ** -140;

const BACKGROUND = 0;
const FOREGROUND = 1;
const MIXED = 2;

/**
 * `fullHeatmap` without its pixels: what boxes need to know of the map at model-input size, from the one on the model's
 * grid. Between four grid points the map is bilinear, so where all four corners of such a cell are clearly on one side
 * of the threshold, so is every pixel between them, and none is computed; the others are computed bit for bit
 * as `fullHeatmap` does. Regions are therefore exactly those of the full map.
 */
export class UpsampledHeatmap implements RegionMap {
  /** The grid's rows at full width. */
  readonly #wide: Float32Array;
  readonly #rows: AxisTable;
  /** First pixels of the columns, and of the rows, between two grid points, and the end. */
  readonly #columnStarts: Int32Array;
  readonly #rowStarts: Int32Array;
  readonly #low: number;
  readonly #high: number;
  readonly #factor: number;
  /** How far a computed value may be from the straight line between its neighbours on the grid. */
  readonly #slack: number;
  readonly #cells: Uint8Array;
  #critical = 0;
  #upper = 0;
  #lower = 0;
  #upperWeight = 0;
  #lowerWeight = 0;
  #criticalOf: number | undefined;

  /** The grid must be another size than the map. */
  constructor(
    native: Float32Array,
    gridWidth: number,
    private readonly gridHeight: number,
    readonly width: number,
    readonly height: number,
  ) {
    this.#wide = resizeRows(native, gridWidth, gridHeight, width);
    this.#rows = axisTable(gridHeight, height);
    this.#columnStarts = stretchesOf(axisTable(gridWidth, width));
    this.#rowStarts = stretchesOf(this.#rows);
    const range = rangeOfRows(this.#wide, width, this.#rows);
    this.#low = range.low;
    this.#high = range.high;
    this.#factor = scaleFactor(range);
    let greatest = 0;
    for (const value of native) if (abs(value) > greatest) greatest = abs(value);
    // Positions, weights, products and sums are rounded to 24 bits each; this is several times what that can add up to.
    this.#slack = greatest * (max(gridWidth, gridHeight) + 16) * 2 ** -22 + SMALLEST;
    this.#cells = new Uint8Array(this.#columnStarts.length - 1);
  }

  isAbove(x: number, y: number, threshold: number): boolean {
    return this.#value(x, y) >= this.#criticalFor(threshold);
  }

  scan(threshold: number, sink: RunSink): void {
    const critical = this.#criticalFor(threshold);
    const starts = this.#rowStarts;
    for (let band = 0; band + 1 < starts.length; band++) {
      const end = starts[band + 1]!;
      this.#judgeCells(starts[band]!, end - 1, critical);
      for (let y = starts[band]!; y < end; y++) this.#scanRow(y, critical, sink);
    }
  }

  mean({ x1, y1, x2, y2 }: PixelBox): number {
    const { first, second, firstWeight, secondWeight } = this.#rows;
    const weights = new Float64Array(this.gridHeight);
    for (let y = y1; y < y2; y++) {
      weights[first[y]!]! += firstWeight[y]!;
      weights[second[y]!]! += secondWeight[y]!;
    }
    let total = 0;
    for (let row = 0; row < weights.length; row++) {
      if (weights[row] === 0) continue;
      let sum = 0;
      const end = row * this.width + x2;
      for (let i = row * this.width + x1; i < end; i++) sum += this.#wide[i]!;
      total += weights[row]! * sum;
    }
    return max(0, (total / ((x2 - x1) * (y2 - y1)) - this.#low) * this.#factor);
  }

  /** Before it is scaled to [0, 1]. */
  #value(x: number, y: number): number {
    this.#lookAtRow(y);
    return this.#rowValue(x);
  }

  /** The smallest value whose pixel is above the threshold, which is not negative: scaling and rounding keep the order of values. */
  #criticalFor(threshold: number): number {
    if (this.#criticalOf !== threshold) {
      this.#criticalOf = threshold;
      this.#critical = this.#findCritical(threshold);
    }
    return this.#critical;
  }

  #findCritical(threshold: number): number {
    const low = this.#low;
    const isAbove = (value: number): boolean =>
      (value > low ? fround((value - low) * this.#factor) : 0) > threshold;
    let below = low;
    let above = fround(this.#high + this.#slack);
    if (!isAbove(above)) return Infinity;
    for (;;) {
      const middle = fround(below + (above - below) / 2);
      if (middle <= below || middle >= above) return above;
      if (isAbove(middle)) above = middle;
      else below = middle;
    }
  }

  #judgeCells(firstRow: number, lastRow: number, critical: number): void {
    const starts = this.#columnStarts;
    for (let cell = 0; cell + 1 < starts.length; cell++) {
      const left = starts[cell]!;
      const right = starts[cell + 1]! - 1;
      const topLeft = this.#value(left, firstRow);
      const topRight = this.#value(right, firstRow);
      const bottomLeft = this.#value(left, lastRow);
      const bottomRight = this.#value(right, lastRow);
      const least = min(topLeft, topRight, bottomLeft, bottomRight);
      const greatest = max(topLeft, topRight, bottomLeft, bottomRight);
      this.#cells[cell] = this.#side(least, greatest, critical);
    }
  }

  /** What lies between two values, whatever rounding did. What is not a number is background, as all around it. */
  #side(least: number, greatest: number, critical: number): number {
    if (least - 2 * this.#slack >= critical) return FOREGROUND;
    return greatest + 2 * this.#slack >= critical ? MIXED : BACKGROUND;
  }

  #scanRow(y: number, critical: number, sink: RunSink): void {
    const starts = this.#columnStarts;
    this.#lookAtRow(y);
    sink.beginRow(y);
    for (let cell = 0; cell + 1 < starts.length; cell++) {
      const end = starts[cell + 1]!;
      const kind = this.#cells[cell]!;
      if (kind === MIXED) this.#scanCell(starts[cell]!, end - 1, critical, sink);
      else sink.add(kind === FOREGROUND, end);
    }
    sink.endRow();
  }

  #lookAtRow(y: number): void {
    const { first, second, firstWeight, secondWeight } = this.#rows;
    this.#upper = first[y]! * this.width;
    this.#lower = second[y]! * this.width;
    this.#upperWeight = firstWeight[y]!;
    this.#lowerWeight = secondWeight[y]!;
  }

  /** `#value` in the row that was looked at last. */
  #rowValue(x: number): number {
    const upper = fround(this.#wide[this.#upper + x]! * this.#upperWeight);
    return fround(upper + fround(this.#wide[this.#lower + x]! * this.#lowerWeight));
  }

  /**
   * The pixels from `left` to `right`, both included, between which the map is straight: it crosses the threshold once at
   * most, and only the pixels about that place need to be looked at.
   */
  #scanCell(left: number, right: number, critical: number, sink: RunSink): void {
    const from = this.#rowValue(left);
    const to = this.#rowValue(right);
    const kind = this.#side(min(from, to), max(from, to), critical);
    if (kind !== MIXED) {
      sink.add(kind === FOREGROUND, right + 1);
      return;
    }
    const crossing = left + floor(((critical - from) / (to - from)) * (right - left));
    const before = crossing - 1;
    const behind = crossing + 2;
    if (!(before > left && behind < right)) {
      this.#scanPixels(left, right, critical, sink);
      return;
    }
    const valueBefore = this.#rowValue(before);
    const valueBehind = this.#rowValue(behind);
    const leftKind = this.#side(min(from, valueBefore), max(from, valueBefore), critical);
    const rightKind = this.#side(min(to, valueBehind), max(to, valueBehind), critical);
    if (leftKind === MIXED) this.#scanPixels(left, before, critical, sink);
    else sink.add(leftKind === FOREGROUND, before + 1);
    this.#scanPixels(before + 1, behind - 1, critical, sink);
    if (rightKind === MIXED) this.#scanPixels(behind, right, critical, sink);
    else sink.add(rightKind === FOREGROUND, right + 1);
  }

  #scanPixels(left: number, right: number, critical: number, sink: RunSink): void {
    for (let x = left; x <= right; x++) sink.add(this.#rowValue(x) >= critical, x + 1);
  }
}
