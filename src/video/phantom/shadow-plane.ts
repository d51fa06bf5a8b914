import type { Rod } from './instrument-parts.js';

const { ceil, floor, hypot, max, min, sqrt } = Math;

/** A shadow has no sharp edge, so one sample stands for a block of so many pixels a side. */
const PIXELS_PER_SAMPLE = 4;
/** Shadows fall down and to the right by this much, with edges this soft (picture heights). */
const SHIFT_X = 0.03;
const SHIFT_Y = 0.055;
const SOFTNESS = 0.04;
const DEPTH = 0.62;

/** Share of the light that instruments keep from the tissue. */
export class ShadowPlane {
  readonly #columns: number;
  readonly #rows: number;
  readonly #depth: Float32Array;
  readonly #row: Float32Array;
  readonly #blended: Float32Array;

  constructor(
    readonly width: number,
    readonly height: number,
    readonly aspect: number,
  ) {
    this.#columns = ceil(width / PIXELS_PER_SAMPLE) + 1;
    this.#rows = ceil(height / PIXELS_PER_SAMPLE) + 1;
    this.#depth = new Float32Array(this.#columns * this.#rows);
    this.#row = new Float32Array(width);
    this.#blended = new Float32Array(this.#columns + 1);
  }

  clear(): void {
    this.#depth.fill(0);
  }

  /** Adds the shadow of a rod of the given height above the tissue (1: as usual). */
  cast(rod: Rod): void {
    const stepX = (this.aspect / this.width) * PIXELS_PER_SAMPLE;
    const stepY = PIXELS_PER_SAMPLE / this.height;
    const x0 = rod.x0 + SHIFT_X + this.aspect / 2;
    const y0 = rod.y0 + SHIFT_Y + 0.5;
    const spanX = rod.x1 - rod.x0;
    const spanY = rod.y1 - rod.y0;
    const length = max(1e-6, hypot(spanX, spanY));
    const reach = max(rod.r0, rod.r1) + SOFTNESS;
    const top = max(0, floor((min(y0, y0 + spanY) - reach) / stepY));
    const bottom = min(this.#rows, ceil((max(y0, y0 + spanY) + reach) / stepY));
    const left = max(0, floor((min(x0, x0 + spanX) - reach) / stepX));
    const right = min(this.#columns, ceil((max(x0, x0 + spanX) + reach) / stepX));
    for (let row = top; row < bottom; row++) {
      const oy = row * stepY - y0;
      for (let column = left; column < right; column++) {
        const ox = column * stepX - x0;
        const t = min(1, max(0, (ox * spanX + oy * spanY) / (length * length)));
        const dx = ox - t * spanX;
        const dy = oy - t * spanY;
        const inside = rod.r0 + (rod.r1 - rod.r0) * t + SOFTNESS - sqrt(dx * dx + dy * dy);
        if (inside <= 0) continue;
        const depth = min(1, inside / (2 * SOFTNESS)) * DEPTH * rod.material.opacity;
        const at = row * this.#columns + column;
        if (depth > this.#depth[at]!) this.#depth[at] = depth;
      }
    }
  }

  /** The light that is left at every pixel of a row, in [0, 1]; valid until the next call. */
  lightRow(y: number): Float32Array {
    const position = y / PIXELS_PER_SAMPLE;
    const upper = floor(position);
    const down = position - upper;
    const first = upper * this.#columns;
    const second = min(this.#rows - 1, upper + 1) * this.#columns;
    const blended = this.#blended;
    for (let column = 0; column < this.#columns; column++) {
      const depth = this.#depth[first + column]!;
      blended[column] = 1 - (depth + (this.#depth[second + column]! - depth) * down);
    }
    blended[this.#columns] = blended[this.#columns - 1]!;
    const row = this.#row;
    for (let x = 0, sample = 0; x < row.length; sample++) {
      let value = blended[sample]!;
      const step = (blended[sample + 1]! - value) / PIXELS_PER_SAMPLE;
      for (let pixel = 0; pixel < PIXELS_PER_SAMPLE && x < row.length; pixel++, x++) {
        row[x] = value;
        value += step;
      }
    }
    return row;
  }
}
