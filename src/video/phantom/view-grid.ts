import type { CameraState, LightState } from './camera.js';
import { BLOCK } from './canvas.js';
import type { NoiseField } from './noise.js';
import type { Plume, Pull, SceneState } from './scene.js';
import { texelOf, type TissueMap } from './tissue-map.js';

const { ceil, cos, exp, max, min, sin, sqrt } = Math;

/** How far the breathing shifts the tissue, map units. */
const BREATH = 0.012;

/**
 * What changes slowly over the picture, at the corners of blocks of BLOCK x BLOCK pixels; between them it is
 * interpolated. That is what makes bending tissue, moving light and drifting smoke cost next to nothing.
 */
export class ViewGrid {
  /** Corners in a row; there is one more than blocks. */
  readonly columns: number;
  readonly rows: number;
  /** Texel of the tissue map that a corner shows. */
  readonly u: Float32Array;
  readonly v: Float32Array;
  /** Strength of the light. */
  readonly light: Float32Array;
  /** Share of the picture that smoke covers, in [0, 1]. */
  readonly smoke: Float32Array;

  constructor(
    readonly width: number,
    readonly height: number,
    readonly aspect: number,
  ) {
    this.columns = ceil(width / BLOCK) + 1;
    this.rows = ceil(height / BLOCK) + 1;
    const corners = this.columns * this.rows;
    this.u = new Float32Array(corners);
    this.v = new Float32Array(corners);
    this.light = new Float32Array(corners);
    this.smoke = new Float32Array(corners);
  }

  fill(map: TissueMap, scene: SceneState, time: number): void {
    const { camera, light, pulls, plumes } = scene;
    for (let row = 0; row < this.rows; row++) {
      const y = (row * BLOCK) / this.height - 0.5;
      for (let column = 0; column < this.columns; column++) {
        const x = ((column * BLOCK) / this.width - 0.5) * this.aspect;
        const at = row * this.columns + column;
        this.#place(map, camera, pulls, x, y, at);
        this.light[at] = lightStrength(light, x, y);
        this.smoke[at] = smokeAt(map.spread, plumes, light.haze, x, y, time);
      }
    }
  }

  #place(
    map: TissueMap,
    camera: CameraState,
    pulls: readonly Pull[],
    x: number,
    y: number,
    at: number,
  ): void {
    let px = x;
    let py = y;
    for (const pull of pulls) {
      const dx = x - pull.x;
      const dy = y - pull.y;
      const weight = exp((-(dx * dx + dy * dy) * 2) / (pull.radius * pull.radius));
      px -= pull.dx * weight;
      py -= pull.dy * weight;
    }
    const c = cos(camera.angle) * camera.zoom;
    const s = sin(camera.angle) * camera.zoom;
    const u = camera.x + c * px - s * py + BREATH * sin(y * 5 + camera.breath * 0.9 + 1);
    const v = camera.y + s * px + c * py + BREATH * sin(x * 4 + camera.breath);
    const last = map.side - 2;
    this.u[at] = max(0, min(last, texelOf(map, u)));
    this.v[at] = max(0, min(last, texelOf(map, v)));
  }
}

/** Strength of the light at a place of the picture: brightest at its centre, dim in the corners. */
export function lightStrength(light: LightState, x: number, y: number): number {
  const dx = x - light.x;
  const dy = y - light.y;
  const square = dx * dx + dy * dy;
  return light.gain / (1 + light.falloff * square * (1 + 2.2 * square));
}

function smokeAt(
  noise: NoiseField,
  plumes: readonly Plume[],
  haze: number,
  x: number,
  y: number,
  time: number,
): number {
  let smoke = haze * (0.55 + 0.9 * noise.at(x * 0.4 + time * 0.05, y * 0.4 + time * 0.03));
  for (const plume of plumes) {
    // It rises, widens on its way, and curls.
    const rise = plume.y - y;
    if (rise < -0.08) continue;
    const drift = (noise.at(0.3, rise * 0.6 - time * 0.35) - 0.5) * 0.5 * max(0, rise);
    const wide = 0.035 + 0.32 * max(0, rise);
    const off = (x - plume.x - drift) / wide;
    const curls = 0.45 + 1.1 * noise.at(x * 0.9, y * 0.9 + time * 0.4);
    smoke +=
      plume.density *
      0.75 *
      curls *
      exp(-off * off) *
      exp(-sqrt(max(0, rise)) * 1.3) *
      min(1, (rise + 0.08) * 9);
  }
  return min(0.85, max(0, smoke));
}
