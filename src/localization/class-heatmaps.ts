import type { CamMethod, CamRequest } from '../domain/analysis-recipe.js';
import { isOwnMap } from '../domain/analysis-recipe.js';
import type { FeatureMapShape, ModelDescription } from '../domain/model-description.js';
import { classActivationMap, type LogitGradient } from './class-activation-map.js';
import { eigenCam } from './eigen-cam.js';
import { fullHeatmap, scaleMap } from './heatmap.js';
import { once } from './once.js';
import { PixelMap } from './pixel-map.js';
import type { RegionMap } from './regions.js';
import { resizeBilinear } from './resize-bilinear.js';
import { UpsampledHeatmap } from './upsampled-heatmap.js';

/** A heatmap of one class, scaled to [0, 1], row-major. */
export interface GridMap {
  readonly values: Float32Array;
  readonly width: number;
  readonly height: number;
}

/** What heatmaps of one frame are made of. */
export interface HeatmapEvidence {
  /** [K, h, w]: Grad-CAM of the last feature map as the graph scaled it. */
  readonly gradcam?: Float32Array;
  /** [C, h, w] by name. */
  readonly featureMaps: ReadonlyMap<string, Float32Array>;
  /** Error when it was not supplied. */
  gradient(layer: string, classId: number): LogitGradient;
}

/** The heatmaps of one frame by any method and layers; each is computed once. */
export class ClassHeatmaps {
  readonly #layerMaps = new Map<string, GridMap>();
  readonly #full = new Map<string, Float32Array>();
  readonly #regionMaps = new Map<string, RegionMap>();

  constructor(
    private readonly model: ModelDescription,
    private readonly evidence: HeatmapEvidence,
  ) {}

  /** On the layer's own grid, on the finest of several. A copy of its own: products outlive the graph's buffers. */
  native(classId: number, cam: CamRequest): GridMap {
    const { width, height } = this.#shapes(cam)[0]!;
    return { values: this.#onGrid(classId, cam, width, height), width, height };
  }

  /** On the model's grid, that of its last feature map: what SL-FE masks with. */
  onModelGrid(classId: number, cam: CamRequest): Float32Array {
    return this.#onGrid(classId, cam, this.model.gridWidth, this.model.gridHeight);
  }

  /** At model-input size. */
  full(classId: number, cam: CamRequest): Float32Array {
    const { inputWidth: width, inputHeight: height } = this.model;
    return once(this.#full, camKey(cam, classId), () => {
      const [only, ...others] = this.#shapes(cam);
      if (others.length > 0) return this.#average(classId, cam, width, height);
      const map = this.#layerMap(classId, cam, only!);
      return fullHeatmap(map.values, map.width, map.height, width, height);
    });
  }

  /** What boxes are found on: the map at model-input size, whose pixels are computed only where they are needed. */
  regions(classId: number, cam: CamRequest): RegionMap {
    const { inputWidth, inputHeight } = this.model;
    return once(this.#regionMaps, camKey(cam, classId), () => {
      const [only, ...others] = this.#shapes(cam);
      if (others.length > 0 || (only!.width === inputWidth && only!.height === inputHeight))
        return new PixelMap(this.full(classId, cam), inputWidth, inputHeight);
      const { values, width, height } = this.#layerMap(classId, cam, only!);
      return new UpsampledHeatmap(values, width, height, inputWidth, inputHeight);
    });
  }

  /** Of one layer, resized and scaled where the grid is another one; of several, their mean. */
  #onGrid(classId: number, cam: CamRequest, width: number, height: number): Float32Array {
    const [only, ...others] = this.#shapes(cam);
    if (others.length > 0) return this.#average(classId, cam, width, height);
    const map = this.#layerMap(classId, cam, only!);
    return map.width === width && map.height === height
      ? map.values.slice()
      : scaleMap(resizeBilinear(map.values, map.width, map.height, width, height));
  }

  /** The mean of the layers' scaled maps at a common size, scaled once more (as pytorch-grad-cam does). */
  #average(classId: number, cam: CamRequest, width: number, height: number): Float32Array {
    const shapes = this.#shapes(cam);
    const mean = new Float32Array(width * height);
    for (const shape of shapes) {
      const map = this.#layerMap(classId, cam, shape);
      const resized = resizeBilinear(map.values, map.width, map.height, width, height);
      for (let i = 0; i < mean.length; i++) mean[i]! += resized[i]! / shapes.length;
    }
    return scaleMap(mean);
  }

  #layerMap(classId: number, { method }: CamRequest, shape: FeatureMapShape): GridMap {
    const { name, width, height } = shape;
    return once(this.#layerMaps, camKey({ method, layers: [name] }, classId), () => ({
      values: this.#computed(classId, method, shape),
      width,
      height,
    }));
  }

  #computed(classId: number, method: CamMethod, { name, width, height }: FeatureMapShape): Float32Array {
    const { gradcam, featureMaps } = this.evidence;
    const cells = width * height;
    if (isOwnMap(method, name, this.model)) {
      if (gradcam === undefined)
        throw new Error('a heatmap was asked for, and the graph output was not fetched');
      return gradcam.slice(classId * cells, (classId + 1) * cells);
    }
    const activation = featureMaps.get(name);
    if (activation === undefined)
      throw new Error(`a heatmap of ${name} was asked for, and it was not fetched`);
    return scaleMap(
      method === 'eigen_cam'
        ? eigenCam(activation, cells)
        : classActivationMap(method, activation, cells, this.evidence.gradient(name, classId)),
    );
  }

  #shapes({ layers }: CamRequest): FeatureMapShape[] {
    return this.model.featureMaps.filter(({ name }) => layers.includes(name));
  }
}

/** EigenCAM is the same for every class. */
export function camKey({ method, layers }: CamRequest, classId: number): string {
  return `${method} ${layers.join(' ')} ${method === 'eigen_cam' ? '*' : classId}`;
}
