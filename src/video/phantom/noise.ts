import type { Random } from './random.js';
import { smoothstep } from './random.js';

// Taken once: looking up `Math` costs more than the arithmetic where modules run in a context of their own (jest).
const { floor } = Math;

/** Samples along a side; a power of two, so that wrapping around is a bit mask. */
const SIDE = 256;
const MASK = SIDE - 1;

/** Smooth noise that repeats after one unit in both directions; values in [0, 1]. */
export class NoiseField {
  readonly #values: Float32Array;

  /** @param cells lumps along the side in the coarsest of `octaves` layers; each finer one weighs `gain` of it. */
  constructor(random: Random, cells: number, octaves: number, gain: number) {
    this.#values = fractal(random, cells, octaves, gain);
  }

  /** Bilinear; any x and y above -64. */
  at(x: number, y: number): number {
    const u = (x + 64) * SIDE;
    const v = (y + 64) * SIDE;
    const left = floor(u);
    const top = floor(v);
    const across = u - left;
    const down = v - top;
    const values = this.#values;
    const row0 = (top & MASK) * SIDE;
    const row1 = ((top + 1) & MASK) * SIDE;
    const x0 = left & MASK;
    const x1 = (left + 1) & MASK;
    const upper = values[row0 + x0]! + (values[row0 + x1]! - values[row0 + x0]!) * across;
    const lower = values[row1 + x0]! + (values[row1 + x1]! - values[row1 + x0]!) * across;
    return upper + (lower - upper) * down;
  }
}

/** Sum of octaves of periodic value noise, stretched to [0, 1]. */
function fractal(random: Random, cells: number, octaves: number, gain: number): Float32Array {
  const field = new Float32Array(SIDE * SIDE);
  let amplitude = 1;
  let grid = cells;
  for (let octave = 0; octave < octaves && grid <= SIDE; octave++) {
    addOctave(field, random, grid, amplitude);
    amplitude *= gain;
    grid *= 2;
  }
  let low = Infinity;
  let high = -Infinity;
  for (const value of field) {
    if (value < low) low = value;
    if (value > high) high = value;
  }
  const scale = 1 / (high - low);
  for (let at = 0; at < field.length; at++) field[at] = (field[at]! - low) * scale;
  return field;
}

function addOctave(field: Float32Array, random: Random, cells: number, amplitude: number): void {
  const lattice = Float32Array.from({ length: cells * cells }, () => random.next() * 2 - 1);
  // The position and the weight of a row are those of the column: computed once.
  const first = new Int32Array(SIDE);
  const second = new Int32Array(SIDE);
  const weight = new Float32Array(SIDE);
  for (let at = 0; at < SIDE; at++) {
    const position = (at * cells) / SIDE;
    first[at] = floor(position);
    second[at] = (first[at]! + 1) % cells;
    weight[at] = smoothstep(0, 1, position - first[at]!);
  }
  for (let y = 0; y < SIDE; y++) {
    const top = first[y]! * cells;
    const bottom = second[y]! * cells;
    const down = weight[y]!;
    for (let x = 0; x < SIDE; x++) {
      const across = weight[x]!;
      const upper = mix(lattice[top + first[x]!]!, lattice[top + second[x]!]!, across);
      const lower = mix(lattice[bottom + first[x]!]!, lattice[bottom + second[x]!]!, across);
      field[y * SIDE + x]! += amplitude * mix(upper, lower, down);
    }
  }
}

function mix(from: number, to: number, weight: number): number {
  return from + (to - from) * weight;
}
