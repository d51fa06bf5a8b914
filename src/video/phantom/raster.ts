import type { Canvas } from './canvas.js';
import type { Material, Rod } from './instrument-parts.js';
import { profileOf, PROFILE_STEPS } from './material-profile.js';
import { hash } from './random.js';

// Taken once: looking up `Math` costs more than the arithmetic where modules run in a context of their own (jest).
const { abs, ceil, floor, hypot, max, min, sin, sqrt } = Math;

/** The light on an instrument: strength at a place of the picture. */
export type LightAt = (x: number, y: number) => number;

/** Blood and char on a tool: RGB. */
const SMEAR = [96, 18, 16] as const;
const SMEAR_SIDE = 64;

/** Lumps of dirt, the same for every tool; where on it a tool begins is its own. */
const SMEARS = Float32Array.from({ length: SMEAR_SIDE * SMEAR_SIDE }, (_, at) => {
  const x = at % SMEAR_SIDE;
  const y = floor(at / SMEAR_SIDE);
  let value = 0;
  for (let octave = 0; octave < 3; octave++) {
    const size = 16 >> octave;
    value += (smearCell(x, y, size, octave) * 0.5 ** octave) / 1.75;
  }
  return value;
});

function smearCell(x: number, y: number, size: number, octave: number): number {
  const cells = SMEAR_SIDE / size;
  const cx = floor(x / size);
  const cy = floor(y / size);
  const fx = (x % size) / size;
  const fy = (y % size) / size;
  const corner = (dx: number, dy: number): number =>
    hash(octave, (cx + dx) % cells, (cy + dy) % cells, 77) / 4294967296;
  const upper = corner(0, 0) * (1 - fx) + corner(1, 0) * fx;
  const lower = corner(0, 1) * (1 - fx) + corner(1, 1) * fx;
  return upper * (1 - fy) + lower * fy;
}

/**
 * Paints a rod as a lit cylinder, and its label where it covers at least half of a pixel.
 *
 * @param seed of the tool's own smears.
 */
export function paintRod(
  canvas: Canvas,
  rod: Rod,
  label: number | undefined,
  lightAt: LightAt,
  seed: number,
): void {
  const { width, height, aspect, pixels, labels } = canvas;
  const { material, flat } = rod;
  const { opacity, pattern, smear } = material;
  const stepX = aspect / width;
  const stepY = 1 / height;
  const x0 = rod.x0 + aspect / 2;
  const y0 = rod.y0 + 0.5;
  const spanX = rod.x1 - rod.x0;
  const spanY = rod.y1 - rod.y0;
  const length = max(1e-6, hypot(spanX, spanY));
  const axisX = spanX / length;
  const axisY = spanY / length;
  const profile = profileOf(material, axisX, axisY);
  const light0 = lightAt(rod.x0, rod.y0);
  const light1 = lightAt(rod.x1, rod.y1);
  const edge = 0.55 / height;
  const perEdge = 1 / (2 * edge);
  const reach = max(rod.r0, rod.r1) + edge;
  const top = max(0, floor((min(y0, y0 + spanY) - reach) / stepY));
  const bottom = min(height, ceil((max(y0, y0 + spanY) + reach) / stepY));
  const left = max(0, floor((min(x0, x0 + spanX) - reach) / stepX));
  const right = min(width, ceil((max(x0, x0 + spanX) + reach) / stepX));
  const shift = seed & 63;
  const limit = 0.74 - 0.3 * smear;
  for (let row = top; row < bottom; row++) {
    const offsetY = (row + 0.5) * stepY - y0;
    let from = left;
    let to = right;
    if (abs(axisY) > 0.05) {
      // Within a row only this stretch can lie nearer to the axis than `reach`.
      const middle = x0 + (offsetY * axisX) / axisY;
      const half = reach / abs(axisY);
      from = max(from, floor((middle - half) / stepX));
      to = min(to, ceil((middle + half) / stepX));
    }
    for (let column = from; column < to; column++) {
      const offsetX = (column + 0.5) * stepX - x0;
      const along = offsetX * axisX + offsetY * axisY;
      const away = offsetY * axisX - offsetX * axisY;
      const over = along < 0 ? -along : along > length ? along - length : 0;
      const t = along <= 0 ? 0 : along >= length ? 1 : along / length;
      const radius = rod.r0 + (rod.r1 - rod.r0) * t;
      const far = away < 0 ? -away : away;
      let coverage = over === 0 || flat ? radius + edge - far : radius + edge - sqrt(far * far + over * over);
      if (flat && over > 0) coverage = min(coverage, edge - over);
      if (coverage <= 0) continue;
      coverage *= perEdge;
      if (coverage > 1) coverage = 1;
      const across = away / radius;
      const bin =
        across <= -1 ? 0 : across >= 1 ? PROFILE_STEPS - 1 : ((across + 1) * 0.5 * PROFILE_STEPS) | 0;
      const strength =
        (light0 + (light1 - light0) * t) * (pattern === 'none' ? 1 : shadeOf(pattern, across, along));
      let red = profile[bin * 3]! * strength;
      let green = profile[bin * 3 + 1]! * strength;
      let blue = profile[bin * 3 + 2]! * strength;
      const dirt = SMEARS[(((along * 260 + shift * 7) & 63) << 6) | ((across * 11 + shift) & 63)]! - limit;
      if (dirt > 0) {
        const much = min(0.75, dirt * 6) * smear;
        red += (SMEAR[0] * strength - red) * much;
        green += (SMEAR[1] * strength - green) * much;
        blue += (SMEAR[2] * strength - blue) * much;
      }
      const at = row * width + column;
      const index = at * 3;
      const weight = coverage * opacity;
      pixels[index] = pixels[index]! + (min(255, red) - pixels[index]!) * weight;
      pixels[index + 1] = pixels[index + 1]! + (min(255, green) - pixels[index + 1]!) * weight;
      pixels[index + 2] = pixels[index + 2]! + (min(255, blue) - pixels[index + 2]!) * weight;
      if (coverage >= 0.5 && label !== undefined) labels[at] = label;
    }
  }
}

function shadeOf(pattern: Material['pattern'], across: number, along: number): number {
  switch (pattern) {
    case 'teeth':
      return along % 0.022 < 0.008 && abs(across) > 0.3 ? 0.5 : 1;
    case 'hatch':
      return sin(along * 520) * sin(across * 9) > 0.3 ? 0.7 : 1;
    case 'rings':
      return along % 0.22 < 0.008 ? 1.7 : 1;
    case 'marks':
      return along % 0.05 < 0.005 && abs(across) < 0.5 ? 1.6 : 1;
    case 'folds':
      return (
        0.86 + 0.2 * sin(across * 9 + along * 18 + 2 * sin(along * 21)) + 0.12 * sin(across * 23 - along * 9)
      );
    default:
      return 1;
  }
}
