import type { Rod } from './instrument-parts.js';
import { SCENE_WIDTH } from './scene.js';

// Taken once: looking up `Math` costs more than the arithmetic where modules run in a context of their own (jest).
const { abs, ceil, floor, hypot, max, min, sin, sqrt } = Math;

/** What the renderer paints on; every plane is row-major and as large as the picture. */
export interface Canvas {
  readonly width: number;
  readonly height: number;
  /** RGB24. */
  readonly pixels: Uint8Array<ArrayBuffer>;
  /** What is seen at a pixel: 0 tissue, 1 + 2i the shaft and 2 + 2i the tip of instrument i. */
  readonly labels: Uint8Array<ArrayBuffer>;
  /** Share of the light that instruments keep from the tissue. */
  readonly shadow: Float32Array;
}

/** The light on an instrument: strength at a pixel. */
export interface RodLight {
  readonly map: Float32Array;
  readonly gain: number;
}

type Visitor = (at: number, coverage: number, across: number, along: number) => void;

/** Shadows fall down and to the right by this much, with edges this soft (scene units). */
const SHADOW_SHIFT_X = 0.022;
const SHADOW_SHIFT_Y = 0.038;
const SHADOW_SOFTNESS = 0.03;
const SHADOW_DEPTH = 0.5;

export function castShadow(canvas: Canvas, rod: Rod): void {
  const { shadow } = canvas;
  visitRod(canvas, rod, SHADOW_SHIFT_X, SHADOW_SHIFT_Y, SHADOW_SOFTNESS, (at, coverage) => {
    const depth = coverage * SHADOW_DEPTH;
    if (depth > shadow[at]!) shadow[at] = depth;
  });
}

/** Paints a rod as a lit cylinder, and its label where it covers at least half of a pixel. */
export function paintRod(canvas: Canvas, rod: Rod, label: number, light: RodLight): void {
  const { pixels, labels } = canvas;
  const { color, gloss, opacity, pattern } = rod.material;
  const length = hypot(rod.x1 - rod.x0, rod.y1 - rod.y0);
  const axisX = length === 0 ? 1 : (rod.x1 - rod.x0) / length;
  const axisY = length === 0 ? 0 : (rod.y1 - rod.y0) / length;
  // The light stands up and to the left of the camera; only its part across the rod matters.
  const lightAcross = 0.3 * axisY - 0.45 * axisX;
  const edge = 0.5 / canvas.height;
  visitRod(canvas, rod, 0, 0, edge, (at, coverage, across, along) => {
    const facing = sqrt(max(0, 1 - across * across));
    const lit = max(0, lightAcross * across + 0.84 * facing);
    let half = max(0, lightAcross * 0.5 * across + 0.97 * facing);
    half *= half;
    half *= half;
    half *= half;
    half *= half;
    const strength = light.map[at]! * light.gain;
    const shade = (0.22 + 0.85 * lit) * patternShade(pattern, across, along) * strength;
    const shine = gloss * half * half * 190 * strength;
    const weight = coverage * opacity;
    for (let channel = 0; channel < 3; channel++) {
      const value = min(255, color[channel]! * shade + shine);
      const index = at * 3 + channel;
      pixels[index] = pixels[index]! + (value - pixels[index]!) * weight;
    }
    if (coverage >= 0.5) labels[at] = label;
  });
}

function patternShade(pattern: string, across: number, along: number): number {
  switch (pattern) {
    case 'teeth':
      return along % 0.016 < 0.006 && abs(across) > 0.35 ? 0.5 : 1;
    case 'hatch':
      return sin(along * 700) * sin(across * 9) > 0.3 ? 0.7 : 1;
    case 'rings':
      return along % 0.16 < 0.008 ? 1.8 : 1;
    default:
      return 1;
  }
}

/**
 * Calls `visit` for every pixel the rod touches: pixel index, coverage in (0, 1], position across the rod in
 * [-1, 1] and distance along its axis in scene units. `edge` is half the width of the soft border.
 */
function visitRod(
  canvas: Canvas,
  rod: Rod,
  shiftX: number,
  shiftY: number,
  edge: number,
  visit: Visitor,
): void {
  const { width, height } = canvas;
  const pixelWidth = SCENE_WIDTH / width;
  const pixelHeight = 1 / height;
  const x0 = rod.x0 + shiftX;
  const y0 = rod.y0 + shiftY;
  const spanX = rod.x1 - rod.x0;
  const spanY = rod.y1 - rod.y0;
  const length = max(1e-6, hypot(spanX, spanY));
  const axisX = spanX / length;
  const axisY = spanY / length;
  const reach = max(rod.r0, rod.r1) + edge;
  const top = max(0, floor((min(y0, y0 + spanY) - reach) / pixelHeight));
  const bottom = min(height, ceil((max(y0, y0 + spanY) + reach) / pixelHeight));
  const left = max(0, floor((min(x0, x0 + spanX) - reach) / pixelWidth));
  const right = min(width, ceil((max(x0, x0 + spanX) + reach) / pixelWidth));
  for (let row = top; row < bottom; row++) {
    const offsetY = (row + 0.5) * pixelHeight - y0;
    let from = left;
    let to = right;
    if (abs(axisY) > 0.05) {
      // Within a row only this stretch can lie nearer to the axis than `reach`.
      const middle = x0 + (offsetY * axisX) / axisY;
      const half = reach / abs(axisY);
      from = max(from, floor((middle - half) / pixelWidth));
      to = min(to, ceil((middle + half) / pixelWidth));
    }
    for (let column = from; column < to; column++) {
      const offsetX = (column + 0.5) * pixelWidth - x0;
      const along = min(length, max(0, offsetX * axisX + offsetY * axisY));
      const radius = rod.r0 + ((rod.r1 - rod.r0) * along) / length;
      const awayX = offsetX - along * axisX;
      const awayY = offsetY - along * axisY;
      const away = sqrt(awayX * awayX + awayY * awayY);
      const coverage = (radius + edge - away) / (2 * edge);
      if (coverage <= 0) continue;
      const across = max(-1, min(1, (offsetY * axisX - offsetX * axisY) / radius));
      visit(row * width + column, coverage > 1 ? 1 : coverage, across, along);
    }
  }
}
