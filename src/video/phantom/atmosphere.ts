import type { LightState, ScopeState } from './camera.js';
import { BLOCK, type Canvas } from './canvas.js';
import type { NoiseField } from './noise.js';
import { Random } from './random.js';
import type { ViewGrid } from './view-grid.js';

const { atan2, ceil, exp, floor, hypot, max, min, round, sqrt, trunc } = Math;

/** Smoke is this grey. */
const SMOKE_LEVEL = 178;
/** Values of the sensor noise; a power of two. */
const NOISE_LENGTH = 1 << 16;
/** Width of the soft border of the round image, picture heights. */
const RIM = 0.008;
/** Radius of the opening of the trocar when the scope is all the way back. */
const TROCAR_RADIUS = 0.17;

/** Gaussian-like noise of the sensor, drawn once. */
export function sensorNoise(seed: number): Int8Array {
  const random = new Random(seed, 14);
  return Int8Array.from({ length: NOISE_LENGTH }, () => {
    return round((random.next() + random.next() + random.next() - 1.5) * 6);
  });
}

/** One pass of a 3 x 3 binomial blur for every 1/3 of `blur` at 256 rows. */
export function defocus({ width, height, pixels }: Canvas, blur: number): void {
  const passes = round((blur * 3 * height) / 256);
  const stride = width * 3;
  const above = new Uint8ClampedArray(stride);
  const here = new Uint8ClampedArray(stride);
  for (let pass = 0; pass < passes; pass++) {
    for (let y = 0; y < height; y++) {
      const row = y * stride;
      let previous = [pixels[row]!, pixels[row + 1]!, pixels[row + 2]!];
      for (let at = row, end = row + stride - 3; at < end; at += 3) {
        const now = [pixels[at]!, pixels[at + 1]!, pixels[at + 2]!];
        for (let channel = 0; channel < 3; channel++) {
          pixels[at + channel] =
            (previous[channel]! + 2 * now[channel]! + pixels[at + 3 + channel]! + 2) >> 2;
        }
        previous = now;
      }
    }
    above.set(pixels.subarray(0, stride));
    for (let y = 0; y < height - 1; y++) {
      const row = y * stride;
      here.set(pixels.subarray(row, row + stride));
      for (let at = 0; at < stride; at++) {
        pixels[row + at] = (above[at]! + 2 * here[at]! + pixels[row + stride + at]! + 2) >> 2;
      }
      above.set(here);
    }
  }
}

/** Smoke, white balance and the sensor's noise. */
export function addAtmosphere(
  canvas: Canvas,
  grid: ViewGrid,
  light: LightState,
  noise: Int8Array,
  noiseStart: number,
): void {
  const { width, height, pixels } = canvas;
  const [tintRed, tintGreen, tintBlue] = light.tint;
  for (let y = 0; y < height; y++) {
    const block = trunc(y / BLOCK) * grid.columns;
    const down = (y % BLOCK) / BLOCK;
    let at = y * width * 3;
    let next = lerp(grid.smoke, block, block + grid.columns, down);
    for (let column = 0, x = 0; x < width; column++) {
      const first = next;
      next = lerp(grid.smoke, block + column + 1, block + grid.columns + column + 1, down);
      const step = (next - first) / BLOCK;
      let smoke = first;
      for (const end = min(width, x + BLOCK); x < end; x++, at += 3) {
        const keep = 1 - smoke;
        const add = smoke * SMOKE_LEVEL;
        const grain = noiseStart + at;
        pixels[at] = (pixels[at]! * keep + add) * tintRed + noise[grain & (NOISE_LENGTH - 1)]!;
        pixels[at + 1] =
          (pixels[at + 1]! * keep + add) * tintGreen + noise[(grain + 1) & (NOISE_LENGTH - 1)]!;
        pixels[at + 2] = (pixels[at + 2]! * keep + add) * tintBlue + noise[(grain + 2) & (NOISE_LENGTH - 1)]!;
        smoke += step;
      }
    }
  }
}

/** Black beyond the round image; the sleeve of the trocar around what is left when the scope is drawn back. */
export function maskScope(canvas: Canvas, scope: ScopeState, wall: NoiseField): void {
  const { width, height, aspect, pixels, labels } = canvas;
  const withdrawn = scope.withdrawal > 0.001;
  if (scope.radius > 0.5 * hypot(aspect, 1) + 0.1 && !withdrawn) return;
  const opening = withdrawn ? 1.1 * (1 - scope.withdrawal) + TROCAR_RADIUS * scope.withdrawal : Infinity;
  const inner = min(scope.radius, opening);
  for (let y = 0; y < height; y++) {
    const dy = (y + 0.5) / height - 0.5 - scope.y;
    const half = inner - RIM > Math.abs(dy) ? sqrt((inner - RIM) ** 2 - dy * dy) : 0;
    const clearFrom = half === 0 ? width : max(0, ceil(((scope.x - half) / aspect + 0.5) * width));
    const clearTo = half === 0 ? width : min(width, floor(((scope.x + half) / aspect + 0.5) * width));
    let from = 0;
    let to = width;
    if (!withdrawn) {
      // Beyond the border all is black: only the soft rim is looked at pixel by pixel.
      const outer = Math.abs(dy) < inner ? sqrt(inner * inner - dy * dy) : 0;
      from = max(0, min(width, floor(((scope.x - outer) / aspect + 0.5) * width) - 1));
      to = max(from, min(width, ceil(((scope.x + outer) / aspect + 0.5) * width) + 1));
      blacken(canvas, y * width, y * width + from);
      blacken(canvas, y * width + to, (y + 1) * width);
    }
    for (let x = from; x < to; x++) {
      if (x === clearFrom && clearTo > clearFrom) x = clearTo;
      if (x >= to) break;
      const dx = ((x + 0.5) / width - 0.5) * aspect - scope.x;
      const away = hypot(dx, dy);
      if (away <= inner - RIM) continue;
      const at = y * width + x;
      const outside = min(1, (away - inner + RIM) / RIM);
      if (outside > 0.5) labels[at] = 0;
      const sleeve = away < scope.radius ? sleeveAt(wall, dx, dy, away, opening, scope.withdrawal) : 3;
      for (let channel = 0; channel < 3; channel++) {
        const value = pixels[at * 3 + channel]!;
        const tone = sleeve <= 3 ? sleeve : sleeve * SLEEVE_TINT[channel]!;
        pixels[at * 3 + channel] = value + (tone - value) * outside;
      }
    }
  }
}

function blacken({ pixels, labels }: Canvas, from: number, to: number): void {
  pixels.fill(3, from * 3, to * 3);
  labels.fill(0, from, to);
}

const SLEEVE_TINT = [1, 0.97, 1.02] as const;

/** Grey of the trocar's inside: bright towards its opening, streaked with moisture. */
function sleeveAt(
  wall: NoiseField,
  dx: number,
  dy: number,
  away: number,
  opening: number,
  withdrawal: number,
): number {
  if (withdrawal <= 0) return 3;
  const depth = (away - opening) * 3.2;
  const around = atan2(dy, dx) / (2 * Math.PI);
  const streak = wall.at(around * 2, depth * 0.4);
  return (60 + 150 * exp(-depth * 1.2)) * (0.72 + 0.5 * streak) * min(1, depth * 9 + 0.25);
}

function lerp(values: Float32Array, upper: number, lower: number, down: number): number {
  return values[upper]! + (values[lower]! - values[upper]!) * down;
}
