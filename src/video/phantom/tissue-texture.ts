import { Random, smoothstep } from './random.js';

// Taken once: looking up `Math` costs more than the arithmetic where modules run in a context of their own (jest).
const { abs, floor, max, min, round } = Math;

/** Texels along a side; a power of two, so that wrapping around is a bit mask. */
export const TILE_SIZE = 512;
/** Texels per scene unit (the picture is one unit high), so the tile repeats only beyond the picture. */
export const TEXELS_PER_UNIT = 320;

/** A seamless square of wet tissue. */
export interface TissueTexture {
  /** RGBX, one byte each, row-major: colour under flat light. */
  readonly color: Uint8Array;
  /** Slope of the surface (x, y), one signed byte each: where a highlight can form. */
  readonly slope: Int8Array;
}

/** Colours of a patient, RGB in [0, 255]. */
interface Palette {
  readonly base: readonly [number, number, number];
  readonly deep: readonly [number, number, number];
  readonly fat: readonly [number, number, number];
  readonly vessel: readonly [number, number, number];
  readonly fatAmount: number;
}

export function buildTissueTexture(seed: number): TissueTexture {
  const random = new Random(seed, 11);
  const palette = drawPalette(random);
  const relief = fractal(random, 4, 4, 0.4);
  const bumps = fractal(random, 16, 3, 0.4);
  const regions = fractal(random, 2, 4, 0.5);
  const veins = fractal(random, 3, 3, 0.35);
  const capillaries = fractal(random, 8, 3, 0.4);
  const size = TILE_SIZE;
  const color = new Uint8Array(size * size * 4);
  const slope = new Int8Array(size * size * 2);
  for (let y = 0; y < size; y++) {
    for (let x = 0; x < size; x++) {
      const at = y * size + x;
      const right = y * size + ((x + 1) & (size - 1));
      const below = ((y + 1) & (size - 1)) * size + x;
      const slopeX = (relief[right]! - relief[at]!) * 30 + (bumps[right]! - bumps[at]!) * 4;
      const slopeY = (relief[below]! - relief[at]!) * 30 + (bumps[below]! - bumps[at]!) * 4;
      slope[at * 2] = clampSigned(slopeX * 90);
      slope[at * 2 + 1] = clampSigned(slopeY * 90);
      const fat = smoothstep(
        0.62 - palette.fatAmount,
        0.78 - palette.fatAmount,
        regions[at]! + bumps[at]! * 0.15,
      );
      const depth = smoothstep(0.25, 0.75, relief[at]!);
      const vein = ridge(veins[at]!, 0.022) * 0.75 * (1 - 0.5 * fat);
      const capillary = ridge(capillaries[at]!, 0.016) * 0.4 * smoothstep(0.45, 0.6, regions[at]!);
      const vessel = max(vein, capillary);
      const shade = (0.8 + 0.35 * depth - 0.5 * slopeX - 0.7 * slopeY) * (0.9 + 0.2 * bumps[at]!);
      for (let channel = 0; channel < 3; channel++) {
        let value = mix(palette.deep[channel]!, palette.base[channel]!, depth);
        value = mix(value, palette.fat[channel]!, fat);
        value = mix(value, palette.vessel[channel]!, vessel);
        color[at * 4 + channel] = min(255, max(0, value * shade));
      }
    }
  }
  return { color, slope };
}

function drawPalette(random: Random): Palette {
  const warmth = random.between(0.75, 1.15);
  const red = random.between(165, 225);
  return {
    base: [red, random.between(72, 118) * warmth, random.between(66, 104)],
    deep: [red * 0.55, random.between(20, 42), random.between(20, 38)],
    fat: [random.between(205, 232), random.between(158, 186), random.between(92, 128)],
    vessel: [random.between(96, 130), random.between(14, 30), random.between(26, 52)],
    fatAmount: random.between(-0.2, 0.08),
  };
}

/** Sum of octaves of periodic value noise, stretched to [0, 1]. */
function fractal(random: Random, cells: number, octaves: number, gain: number): Float32Array {
  const field = new Float32Array(TILE_SIZE * TILE_SIZE);
  let amplitude = 1;
  let grid = cells;
  for (let octave = 0; octave < octaves && grid <= TILE_SIZE; octave++) {
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
  const first = new Int32Array(TILE_SIZE);
  const second = new Int32Array(TILE_SIZE);
  const weight = new Float32Array(TILE_SIZE);
  for (let at = 0; at < TILE_SIZE; at++) {
    const position = (at * cells) / TILE_SIZE;
    first[at] = floor(position);
    second[at] = (first[at]! + 1) % cells;
    weight[at] = smoothstep(0, 1, position - first[at]!);
  }
  for (let y = 0; y < TILE_SIZE; y++) {
    const top = first[y]! * cells;
    const bottom = second[y]! * cells;
    const down = weight[y]!;
    for (let x = 0; x < TILE_SIZE; x++) {
      const across = weight[x]!;
      const upper = mix(lattice[top + first[x]!]!, lattice[top + second[x]!]!, across);
      const lower = mix(lattice[bottom + first[x]!]!, lattice[bottom + second[x]!]!, across);
      field[y * TILE_SIZE + x]! += amplitude * mix(upper, lower, down);
    }
  }
}

/** 1 on the half-way contour of a noise field, falling off over `width`: the contours wind like vessels. */
function ridge(value: number, width: number): number {
  return 1 - smoothstep(width * 0.35, width, abs(value - 0.5));
}

function mix(from: number, to: number, weight: number): number {
  return from + (to - from) * weight;
}

function clampSigned(value: number): number {
  return max(-127, min(127, round(value)));
}
