import { measureTruth, type GroundTruth } from './ground-truth.js';
import { buildInstrument } from './instruments.js';
import { Random } from './random.js';
import { castShadow, paintRod, type Canvas } from './raster.js';
import { sceneAt } from './scene.js';
import { buildLightMap, paintTissue } from './tissue.js';
import { buildTissueTexture, type TissueTexture } from './tissue-texture.js';

export interface RenderedFrame {
  /** RGB24, row-major; a buffer of its own that the caller owns. */
  readonly pixels: Uint8Array<ArrayBuffer>;
  readonly truth: GroundTruth;
}

/** Smoke is this grey. */
const HAZE_LEVEL = 172;
/** Values of the sensor noise; a power of two. */
const NOISE_LENGTH = 1 << 16;

/**
 * Draws the scene of one seed. The same seed, time and size give the same bytes, in whatever order frames are
 * asked for. Not for clinical use: a test signal, no simulation of surgery.
 */
export class PhantomRenderer {
  readonly #texture: TissueTexture;
  readonly #lightMap: Float32Array;
  readonly #noise: Int8Array;
  readonly #shadow: Float32Array;

  /** @param width, height size of the pictures in pixels; any size shows the same scene. */
  constructor(
    readonly seed: number,
    readonly width: number,
    readonly height: number,
  ) {
    this.#texture = buildTissueTexture(seed);
    this.#lightMap = buildLightMap(width, height, sceneAt(seed, 0).light);
    this.#noise = sensorNoise(seed);
    this.#shadow = new Float32Array(width * height);
  }

  /** @param time seconds since the scene began, from 0. */
  render(time: number): RenderedFrame {
    const { width, height } = this;
    const scene = sceneAt(this.seed, time);
    this.#shadow.fill(0);
    const canvas: Canvas = {
      width,
      height,
      pixels: new Uint8Array(width * height * 3),
      labels: new Uint8Array(width * height),
      shadow: this.#shadow,
    };
    const rods = scene.instruments.map(buildInstrument);
    for (const rod of rods.flat()) castShadow(canvas, rod);
    paintTissue(canvas, this.#texture, scene.camera, scene.light, this.#lightMap);
    const light = { map: this.#lightMap, gain: scene.light.gain };
    rods.forEach((parts, index) => {
      for (const rod of parts) paintRod(canvas, rod, 1 + 2 * index + (rod.tip ? 1 : 0), light);
    });
    this.#addHazeAndNoise(canvas.pixels, scene.light.haze, time);
    return {
      pixels: canvas.pixels,
      truth: measureTruth(canvas.labels, width, height, scene.instruments),
    };
  }

  #addHazeAndNoise(pixels: Uint8Array, haze: number, time: number): void {
    const noise = this.#noise;
    const start = Math.round(new Random(this.seed, Math.round(time * 1000), 13).next() * NOISE_LENGTH);
    const keep = 1 - haze;
    const add = haze * HAZE_LEVEL + 0.5;
    for (let at = 0; at < pixels.length; at++) {
      const value = pixels[at]! * keep + add + noise[(start + at) & (NOISE_LENGTH - 1)]!;
      pixels[at] = value < 0 ? 0 : value > 255 ? 255 : value;
    }
  }
}

function sensorNoise(seed: number): Int8Array {
  const random = new Random(seed, 14);
  return Int8Array.from({ length: NOISE_LENGTH }, () => {
    return Math.round((random.next() + random.next() + random.next() - 1.5) * 5);
  });
}
