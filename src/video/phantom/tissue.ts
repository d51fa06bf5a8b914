import type { Canvas } from './raster.js';
import { SCENE_WIDTH, type CameraState, type LightState } from './scene.js';
import { TEXELS_PER_UNIT, TILE_SIZE, type TissueTexture } from './tissue-texture.js';

/** How far the breathing shifts the tissue, in texels. */
const BREATH_TEXELS = 5;
/** A highlight forms where slope and direction to the light differ by less than this (squared, slope units). */
const HIGHLIGHT_WIDTH = 130;
/** Slope that mirrors the light from one scene unit away from its centre. */
const HIGHLIGHT_TILT = 110;

/** Strength of the light at every pixel: brightest at its centre, dim in the corners. */
export function buildLightMap(width: number, height: number, light: LightState): Float32Array {
  const map = new Float32Array(width * height);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const dx = ((x + 0.5) / width) * SCENE_WIDTH - light.x;
      const dy = (y + 0.5) / height - light.y;
      const distance = dx * dx + dy * dy;
      map[y * width + x] = 1 / (1 + light.falloff * distance * (1 + 2.2 * distance));
    }
  }
  return map;
}

/** Paints the tissue with the shadows already cast on it, and its wet highlights. */
export function paintTissue(
  canvas: Canvas,
  texture: TissueTexture,
  camera: CameraState,
  light: LightState,
  lightMap: Float32Array,
): void {
  const { width, height, pixels, shadow } = canvas;
  const { color, slope } = texture;
  const mask = TILE_SIZE - 1;
  const texels = TEXELS_PER_UNIT * camera.zoom;
  const cos = Math.cos(camera.angle) * texels;
  const sin = Math.sin(camera.angle) * texels;
  const columnShift = Float64Array.from({ length: width }, (_, x) => {
    return BREATH_TEXELS * Math.sin((x / width) * 4 + camera.breath);
  });
  for (let y = 0; y < height; y++) {
    const sceneY = (y + 0.5) / height - 0.5;
    const rowShift = BREATH_TEXELS * Math.sin((y / height) * 5 + camera.breath * 0.9 + 1);
    // The origin is kept positive, so that cutting off the fraction rounds down.
    const originX = camera.x * TEXELS_PER_UNIT - sin * sceneY + rowShift + 4 * TILE_SIZE;
    const originY = camera.y * TEXELS_PER_UNIT + cos * sceneY + 4 * TILE_SIZE;
    const tiltY = -((y + 0.5) / height - light.y) * HIGHLIGHT_TILT;
    for (let x = 0; x < width; x++) {
      const at = y * width + x;
      const sceneX = ((x + 0.5) / width - 0.5) * SCENE_WIDTH;
      const u = originX + cos * sceneX;
      const v = originY + sin * sceneX + columnShift[x]!;
      const left = u | 0;
      const top = v | 0;
      const across = u - left;
      const down = v - top;
      const x0 = left & mask;
      const x1 = (left + 1) & mask;
      const y0 = (top & mask) * TILE_SIZE;
      const y1 = ((top + 1) & mask) * TILE_SIZE;
      const a = (y0 + x0) * 4;
      const b = (y0 + x1) * 4;
      const c = (y1 + x0) * 4;
      const d = (y1 + x1) * 4;
      const w11 = across * down;
      const w10 = across - w11;
      const w01 = down - w11;
      const w00 = 1 - across - w01;
      const lit = lightMap[at]! * light.gain * (1 - shadow[at]!);
      const nearest = (((across < 0.5 ? x0 : x1) + (down < 0.5 ? y0 : y1)) | 0) * 2;
      const missX = slope[nearest]! + (sceneX + SCENE_WIDTH / 2 - light.x) * HIGHLIGHT_TILT;
      const missY = slope[nearest + 1]! - tiltY;
      const miss = missX * missX + missY * missY;
      let shine = 0;
      if (miss < HIGHLIGHT_WIDTH) {
        const near = 1 - miss / HIGHLIGHT_WIDTH;
        shine = near * near * 230 * lit;
      }
      for (let channel = 0; channel < 3; channel++) {
        const value =
          color[a + channel]! * w00 +
          color[b + channel]! * w10 +
          color[c + channel]! * w01 +
          color[d + channel]! * w11;
        const bright = value * lit + shine;
        pixels[at * 3 + channel] = bright > 255 ? 255 : bright;
      }
    }
  }
}
