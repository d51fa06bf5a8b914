import type { PixelBox } from '../../domain/geometry.js';
import { addAtmosphere, defocus, maskScope, sensorNoise } from './atmosphere.js';
import { toPicture, type CameraState } from './camera.js';
import type { Canvas } from './canvas.js';
import { measureTruth, type GroundTruth } from './ground-truth.js';
import { MATERIALS, RodPen } from './instrument-parts.js';
import { buildInstrument, tipOf } from './instrument-pose.js';
import { Random } from './random.js';
import { paintRod, type LightAt } from './raster.js';
import { sceneAt, type SceneState } from './scene.js';
import { ShadowPlane } from './shadow-plane.js';
import { markRods, MarkedMap } from './tissue-marks.js';
import { buildTissueMap } from './tissue-map.js';
import { paintTissue } from './tissue.js';
import { lightStrength, ViewGrid } from './view-grid.js';

export interface RenderedFrame {
  /** RGB24, row-major; a buffer of its own that the caller owns. */
  readonly pixels: Uint8Array<ArrayBuffer>;
  readonly truth: GroundTruth;
}

/** Instruments stand nearer to the lamp than the tissue does. */
const INSTRUMENT_GAIN = 1.05;
const NOISE_STARTS = 1 << 16;

/**
 * Draws the scene of one seed. The same seed, time and size give the same bytes, in whatever order frames are
 * asked for. Not for clinical use: a test signal, no simulation of surgery.
 */
export class PhantomRenderer {
  readonly #marked: MarkedMap;
  readonly #grid: ViewGrid;
  readonly #noise: Int8Array;
  readonly #shadows: ShadowPlane;

  /**
   * @param width, height size of the pictures in pixels; any size shows the same scene.
   * @param aspect width by height of the camera's picture, where the pictures are squeezed to another.
   */
  constructor(
    readonly seed: number,
    readonly width: number,
    readonly height: number,
    readonly aspect: number = width / height,
  ) {
    this.#marked = new MarkedMap(buildTissueMap(seed, height));
    this.#grid = new ViewGrid(width, height, aspect);
    this.#noise = sensorNoise(seed);
    this.#shadows = new ShadowPlane(width, height, aspect);
  }

  /** @param time seconds since the scene began, from 0. */
  render(time: number): RenderedFrame {
    const { width, height, aspect } = this;
    const scene = sceneAt(this.seed, time, aspect);
    const buffer = new ArrayBuffer(width * height * 3);
    const canvas: Canvas = {
      width,
      height,
      aspect,
      pixels: new Uint8ClampedArray(buffer),
      labels: new Uint8Array(width * height),
    };
    this.#paint(canvas, scene, time);
    const { map } = this.#marked;
    if (scene.scope.blur > 0) defocus(canvas, scene.scope.blur);
    const noiseStart = Math.round(new Random(this.seed, Math.round(time * 1000), 13).next() * NOISE_STARTS);
    addAtmosphere(canvas, this.#grid, scene.light, this.#noise, noiseStart);
    maskScope(canvas, scene.scope, map.spread);
    const tissueBox = siteBox(scene.camera, map.site, this);
    return {
      pixels: new Uint8Array(buffer),
      truth: measureTruth(canvas.labels, width, height, scene.instruments, tissueBox),
    };
  }

  #paint(canvas: Canvas, scene: SceneState, time: number): void {
    const { map } = this.#marked;
    this.#marked.wear(scene.marks);
    this.#grid.fill(map, scene, time);
    const tools = scene.instruments.map(buildInstrument);
    const left = markRods(scene.marks, scene.camera);
    this.#shadows.clear();
    for (const rod of tools.flat()) this.#shadows.cast(rod);
    paintTissue(canvas, map, this.#grid, scene.light, this.#shadows);
    const lightAt: LightAt = (x, y) => lightStrength(scene.light, x, y) * INSTRUMENT_GAIN;
    for (const rod of left) paintRod(canvas, rod, undefined, lightAt, this.seed);
    scene.instruments.forEach((pose, index) => {
      for (const rod of tools[index]!) {
        paintRod(canvas, rod, 1 + 2 * index + (rod.tip ? 1 : 0), lightAt, pose.seed);
      }
      if (!pose.cuts) return;
      const { x, y } = tipOf(pose);
      const spark = new RodPen(x, y, 0, 1 + 0.4 * Math.sin(time * 90)).disc(0.008, MATERIALS.arc);
      for (const rod of spark.rods) paintRod(canvas, rod, undefined, lightAt, 0);
    });
  }
}

function siteBox(
  camera: CameraState,
  site: { readonly u: number; readonly v: number; readonly radius: number },
  { width, height, aspect }: { readonly width: number; readonly height: number; readonly aspect: number },
): PixelBox {
  const { x, y } = toPicture(camera, site.u, site.v);
  const radius = site.radius / camera.zoom;
  const column = (value: number): number =>
    Math.max(0, Math.min(width, Math.round((value / aspect + 0.5) * width)));
  const row = (value: number): number => Math.max(0, Math.min(height, Math.round((value + 0.5) * height)));
  return { x1: column(x - radius), y1: row(y - radius), x2: column(x + radius), y2: row(y + radius) };
}
