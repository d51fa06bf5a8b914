import { drawAnatomy, type OperationSite, type Organ, type Surface } from './anatomy.js';
import { NoiseField } from './noise.js';
import { Random, smoothstep } from './random.js';

const { abs, cos, exp, max, min, round, sin, sqrt } = Math;

/** The map reaches this far from its middle, in map units: what the widest view can ever show, and a margin. */
const MAP_REACH = 1.32;
/** Finer than this no picture needs it. */
const MOST_TEXELS_PER_UNIT = 480;

/** The operated region from above, as a square of texels. */
export interface TissueMap {
  /** Texels along a side. */
  readonly side: number;
  readonly texelsPerUnit: number;
  /** Row-major: red | green << 8 | blue << 16 | wetness << 24, under flat light with the relief's shade in it. */
  readonly color: Int32Array;
  /** Slope of the surface (x, y), one signed byte each: where a highlight can form. */
  readonly slope: Int8Array;
  readonly site: OperationSite;
  /** Irregular outlines of what spreads on it. */
  readonly spread: NoiseField;
}

/** Texel of a map coordinate. */
export function texelOf(map: TissueMap, unit: number): number {
  return (unit + MAP_REACH) * map.texelsPerUnit;
}

interface Noises {
  readonly mottling: NoiseField;
  readonly bumps: NoiseField;
  readonly warp: NoiseField;
  readonly veins: NoiseField;
}

/** @param pictureHeight pixels; decides how fine the map is, not what it shows. */
export function buildTissueMap(seed: number, pictureHeight: number): TissueMap {
  const random = new Random(seed, 11);
  const { organs, site } = drawAnatomy(random);
  const noises: Noises = {
    mottling: new NoiseField(random, 4, 5, 0.55),
    bumps: new NoiseField(random, 6, 4, 0.55),
    warp: new NoiseField(random, 3, 4, 0.45),
    veins: new NoiseField(random, 4, 4, 0.42),
  };
  const texelsPerUnit = min(MOST_TEXELS_PER_UNIT, max(48, pictureHeight));
  const side = round(2 * MAP_REACH * texelsPerUnit);
  const color = new Int32Array(side * side);
  const height = new Float32Array(side * side);
  for (let y = 0; y < side; y++) {
    for (let x = 0; x < side; x++) {
      const u = x / texelsPerUnit - MAP_REACH;
      const v = y / texelsPerUnit - MAP_REACH;
      paintTexel(organs, noises, u, v, y * side + x, color, height);
    }
  }
  const slope = shade(color, height, side, texelsPerUnit);
  return { side, texelsPerUnit, color, slope, site, spread: noises.warp };
}

function paintTexel(
  organs: readonly Organ[],
  noises: Noises,
  u: number,
  v: number,
  at: number,
  color: Int32Array,
  height: Float32Array,
): void {
  const shiftX = noises.warp.at(u * 0.7, v * 0.7) - 0.5;
  const shiftY = noises.warp.at(u * 0.7 + 0.37, v * 0.7 + 0.71) - 0.5;
  const wu = u + shiftX * 0.22;
  const wv = v + shiftY * 0.22;
  let shadow = 1;
  for (const organ of organs) {
    const distance = organ.distance(wu, wv);
    if (distance > 0) {
      // What stands in front keeps light from what lies beside it.
      if (distance < 0.25) shadow *= 1 - 0.62 * exp(-distance * 26);
      continue;
    }
    const { roundness, surface } = organ;
    const inward = min(1, -distance / roundness) - 1;
    const dome = roundness * 0.75 * sqrt(1 - inward * inward);
    const bump = noises.bumps.at(u * surface.bumpScale * 0.3, v * surface.bumpScale * 0.3);
    const lobule = surface.lobules === 0 ? 0.5 : lobuleAt(noises, u, v);
    const fibre = surface.fibres === 0 ? 0.5 : fibreAt(noises, organ.grain, u, v);
    height[at] =
      dome +
      surface.bump * bump * 4 +
      surface.lobules * lobule * 1.6 +
      surface.fibres * 0.006 * fibre +
      shiftX * 0.25;
    color[at] = colorOf(surface, noises, u, v, shadow, lobule, fibre);
    return;
  }
}

/** Rounded lumps with narrow furrows between them, in [0, 1]. */
function lobuleAt({ bumps }: Noises, u: number, v: number): number {
  const furrow = abs(bumps.at(u * 1.15 + 0.2, v * 1.15 + 0.6) * 2 - 1);
  return sqrt(min(1, furrow * 3.2));
}

/** Streaks along `angle`, in [0, 1]. */
function fibreAt({ bumps }: Noises, angle: number, u: number, v: number): number {
  const along = u * cos(angle) + v * sin(angle);
  const across = v * cos(angle) - u * sin(angle);
  return bumps.at(along * 0.35, across * 4.2);
}

function colorOf(
  surface: Surface,
  noises: Noises,
  u: number,
  v: number,
  shadow: number,
  lobule: number,
  fibre: number,
): number {
  const mottle = noises.mottling.at(u * 0.9, v * 0.9);
  const grain = noises.mottling.at(u * 5.3 + 0.3, v * 5.3);
  let deep = smoothstep(0.3, 0.75, mottle + 0.25 * (grain - 0.5));
  deep = max(deep * 0.8, surface.lobules > 0.004 ? (1 - lobule) * 0.9 : 0);
  deep = min(1, deep + surface.fibres * smoothstep(0.55, 0.8, fibre) * 0.6);
  const large = ridge(noises.veins.at(u * 0.55, v * 0.55), 0.014);
  const small = ridge(noises.veins.at(u * 1.9 + 0.5, v * 1.9 + 0.1), 0.03) * 0.55;
  const area = smoothstep(0.35, 0.6, noises.mottling.at(u * 0.6 + 0.4, v * 0.6 + 0.2));
  const vessel = surface.vessels * max(large * (0.4 + 0.6 * area), small * area);
  const light = shadow * (0.9 + 0.2 * grain);
  let word = 0;
  for (let channel = 0; channel < 3; channel++) {
    const plain = surface.base[channel]! + (surface.deep[channel]! - surface.base[channel]!) * deep;
    const value = (plain + (VESSEL[channel]! - plain) * vessel * 0.85) * light;
    word |= min(255, max(0, round(value))) << (8 * channel);
  }
  return word | (round(surface.gloss * shadow * 255) << 24) | 0;
}

const VESSEL = [120, 18, 30] as const;

/** 1 on the half-way contour of a noise field, falling off over `width`: the contours wind like vessels. */
function ridge(value: number, width: number): number {
  return 1 - smoothstep(width * 0.3, width, abs(value - 0.5));
}

/** Puts the relief's light and shade into the colours; returns the slopes. */
function shade(color: Int32Array, height: Float32Array, side: number, texelsPerUnit: number): Int8Array {
  const slope = new Int8Array(side * side * 2);
  const step = texelsPerUnit / 2;
  for (let y = 0; y < side; y++) {
    const above = max(0, y - 1) * side;
    const below = min(side - 1, y + 1) * side;
    for (let x = 0; x < side; x++) {
      const at = y * side + x;
      const sx = bounded(
        (height[y * side + min(side - 1, x + 1)]! - height[y * side + max(0, x - 1)]!) * step,
      );
      const sy = bounded((height[below + x]! - height[above + x]!) * step);
      slope[at * 2] = round(sx * 50);
      slope[at * 2 + 1] = round(sy * 50);
      // The light comes with the camera, from a little above: flat ground is fully lit, flanks are not.
      const facing = (0.93 + 0.16 * sx + 0.34 * sy) / sqrt(1 + sx * sx + sy * sy);
      const light = 0.24 + 0.8 * max(0, facing);
      const word = color[at]!;
      const red = min(255, (word & 255) * light);
      const green = min(255, ((word >>> 8) & 255) * light);
      const blue = min(255, ((word >>> 16) & 255) * light);
      color[at] = red | (green << 8) | (blue << 16) | (word & 0xff000000) | 0;
    }
  }
  return slope;
}

/** Slopes beyond this are steps between organs. */
function bounded(slope: number): number {
  return max(-2.4, min(2.4, slope));
}
