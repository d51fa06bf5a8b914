import type { LightState } from './camera.js';
import { BLOCK, type Canvas } from './canvas.js';
import type { ShadowPlane } from './shadow-plane.js';
import type { TissueMap } from './tissue-map.js';
import type { ViewGrid } from './view-grid.js';

const { min, trunc } = Math;

/** Slope (in the map's 50ths) that mirrors the lamp into the lens one picture height away from the light's centre. */
const MIRROR_SLOPE = 34;
/** A highlight forms where the slope misses that by less than the square root of this. */
const HIGHLIGHT_REACH = 150;
const HIGHLIGHTS = Float32Array.from({ length: HIGHLIGHT_REACH }, (_, miss) => {
  const near = 1 - miss / HIGHLIGHT_REACH;
  return near * near * near * 1.3;
});

/** Bits of the fraction of a texel that blending uses: 7, so that two channels in a word never overflow. */
const FRACTION = 128;

/** Paints the tissue as the grid sees it, with the shadows of the instruments and its wet highlights. */
export function paintTissue(
  canvas: Canvas,
  map: TissueMap,
  grid: ViewGrid,
  light: LightState,
  shadows: ShadowPlane,
): void {
  const { width, height, aspect, pixels } = canvas;
  const { color, slope, side } = map;
  const stepX = (aspect / width) * MIRROR_SLOPE;
  for (let y = 0; y < height; y++) {
    const lit = shadows.lightRow(y);
    const block = trunc(y / BLOCK) * grid.columns;
    const below = block + grid.columns;
    const down = (y % BLOCK) / BLOCK;
    const mirrorY = ((y + 0.5) / height - 0.5 - light.y) * MIRROR_SLOPE;
    let mirrorX = (-0.5 * aspect - light.x) * MIRROR_SLOPE;
    let u1 = lerp(grid.u, block, below, down);
    let v1 = lerp(grid.v, block, below, down);
    let l1 = lerp(grid.light, block, below, down);
    for (let column = 0, x = 0; x < width; column++) {
      const u0 = u1;
      const v0 = v1;
      const l0 = l1;
      u1 = lerp(grid.u, block + column + 1, below + column + 1, down);
      v1 = lerp(grid.v, block + column + 1, below + column + 1, down);
      l1 = lerp(grid.light, block + column + 1, below + column + 1, down);
      let u = (u0 * FRACTION * 64) | 0;
      let v = (v0 * FRACTION * 64) | 0;
      const du = (((u1 - u0) * FRACTION * 64) / BLOCK) | 0;
      const dv = (((v1 - v0) * FRACTION * 64) / BLOCK) | 0;
      let brightness = l0;
      const gain = (l1 - l0) / BLOCK;
      for (const end = min(width, x + BLOCK); x < end; x++) {
        const at = (v >> 13) * side + (u >> 13);
        const across = (u >> 6) & 127;
        const downward = (v >> 6) & 127;
        const w11 = (across * downward) >> 7;
        const w10 = across - w11;
        const w01 = downward - w11;
        const w00 = FRACTION - across - w01;
        const a = color[at]!;
        const b = color[at + 1]!;
        const c = color[at + side]!;
        const d = color[at + side + 1]!;
        const redBlue =
          ((a & 0xff00ff) * w00 + (b & 0xff00ff) * w10 + (c & 0xff00ff) * w01 + (d & 0xff00ff) * w11) >> 7;
        const green =
          (((a >> 8) & 255) * w00 +
            ((b >> 8) & 255) * w10 +
            ((c >> 8) & 255) * w01 +
            ((d >> 8) & 255) * w11) >>
          7;
        const strength = brightness * lit[x]!;
        let shine = 0;
        const missX = slope[at * 2]! - mirrorX;
        const missY = slope[at * 2 + 1]! - mirrorY;
        const miss = missX * missX + missY * missY;
        if (miss < HIGHLIGHT_REACH) shine = HIGHLIGHTS[miss | 0]! * strength * (a >>> 24);
        const index = (y * width + x) * 3;
        pixels[index] = (redBlue & 255) * strength + shine;
        pixels[index + 1] = green * strength + shine;
        pixels[index + 2] = ((redBlue >> 16) & 255) * strength + shine;
        u += du;
        v += dv;
        brightness += gain;
        mirrorX += stepX;
      }
    }
  }
}

function lerp(values: Float32Array, upper: number, lower: number, down: number): number {
  return values[upper]! + (values[lower]! - values[upper]!) * down;
}
