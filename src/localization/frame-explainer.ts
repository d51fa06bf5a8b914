import type {
  AnalysisRecipe,
  CamRequest,
  HeatmapEncoding,
  HeatmapRequest,
} from '../domain/analysis-recipe.js';
import type { AnalysisProduct, Detection, Heatmap, RegionFeature } from '../domain/frame-analysis.js';
import { normalizeBox, type PixelBox } from '../domain/geometry.js';
import type { ModelDescription } from '../domain/model-description.js';
import type { LogitGradient } from './class-activation-map.js';
import { ClassHeatmaps, camKey } from './class-heatmaps.js';
import { featureRegions, type FeatureRegion } from './feature-regions.js';
import { gradientNeeds, type GradientNeed } from './gradient-needs.js';
import type { GraphOutputs } from './graph-outputs.js';
import { once } from './once.js';
import { presentClasses, probabilitiesOf } from './presence.js';
import { RegionFeatures, boxKey } from './region-features.js';
import type { FeatureMap } from './region-pooling.js';
import { findRegions } from './regions.js';

/** Encodes 8-bit grey pixels as a PNG file. Given from outside, so that this folder stays pure. */
export type EncodePng = (gray: Uint8Array, width: number, height: number) => Uint8Array;

/**
 * Turns the graph's outputs for one frame into products, one a recipe. What recipes share is computed once, and their
 * products then hold the same arrays. Recipes that need more than the graph's one run are asked first, in this order:
 * `missingGradients`, `missingCrops`; what they name is supplied before `product` is called.
 */
export class FrameExplainer {
  readonly probabilities: Float32Array;
  readonly #heatmaps: ClassHeatmaps;
  readonly #features: RegionFeatures;
  readonly #gradients = new Map<string, Float32Array>();
  readonly #detections = new Map<string, readonly Detection[]>();
  readonly #encoded = new Map<string, Heatmap>();

  constructor(
    private readonly outputs: GraphOutputs,
    private readonly model: ModelDescription,
    private readonly encodePng: EncodePng,
  ) {
    this.probabilities = probabilitiesOf(outputs.logits, model.probabilityFunction);
    this.#heatmaps = new ClassHeatmaps(model, {
      ...(outputs.gradcam === undefined ? {} : { gradcam: outputs.gradcam }),
      featureMaps: outputs.featureMaps ?? new Map(),
      gradient: (layer, classId) => this.#gradient(layer, classId),
    });
    this.#features = new RegionFeatures(model, outputs, this.#heatmaps);
  }

  /** Gradients that only another graph can tell. */
  missingGradients(recipes: readonly AnalysisRecipe[]): GradientNeed[] {
    return gradientNeeds(recipes, (recipe) => this.#present(recipe), this.model);
  }

  /** [C, h, w], the size of the layer. */
  supplyGradient({ layer, classId }: GradientNeed, values: Float32Array): void {
    this.#gradients.set(`${layer} ${classId}`, values);
  }

  /** Boxes in model-input pixels, each once, whose crops must go through the backbone for LN-FE. */
  missingCrops(recipes: readonly AnalysisRecipe[]): PixelBox[] {
    const boxes = recipes
      .filter(({ features }) => features?.variant === 'ln_fe')
      .flatMap((recipe) => this.#regions(recipe).map(({ box }) => box));
    return [...new Map(boxes.map((box) => [boxKey(box), box])).values()];
  }

  supplyCropMap(box: PixelBox, map: FeatureMap): void {
    this.#features.supplyCropMap(box, map);
  }

  product(recipe: AnalysisRecipe): AnalysisProduct {
    const present = this.#present(recipe);
    const presentIds = idsOf(present);
    return {
      present,
      detections: recipe.boxes ? this.#boxes(presentIds, recipe) : [],
      heatmaps:
        recipe.heatmaps === undefined ? [] : this.#encodedMaps(presentIds, recipe.cam, recipe.heatmaps),
      features: this.#featuresOf(presentIds, recipe),
    };
  }

  #present({ classThresholds }: AnalysisRecipe): boolean[] {
    return presentClasses(this.probabilities, classThresholds);
  }

  #boxes(presentIds: readonly number[], recipe: AnalysisRecipe): Detection[] {
    return presentIds.flatMap((classId) => this.#detectionsOf(classId, recipe));
  }

  #detectionsOf(classId: number, { cam, roiThresholds, outlines }: AnalysisRecipe): readonly Detection[] {
    const { inputWidth: width, inputHeight: height } = this.model;
    const threshold = roiThresholds[classId]!;
    return once(this.#detections, `${camKey(cam, classId)} ${classId} ${threshold} ${outlines}`, () => {
      const map = this.#heatmaps.regions(classId, cam);
      return findRegions(map, threshold, { outlines }).map(({ box, outline }) => ({
        classId,
        box: normalizeBox(box, width, height),
        inputBox: box,
        confidence: map.mean(box),
        ...(outline === undefined ? {} : { outline }),
      }));
    });
  }

  #regions(recipe: AnalysisRecipe): FeatureRegion[] {
    const boxes = this.#boxes(idsOf(this.#present(recipe)), recipe);
    return featureRegions(
      boxes.map(({ classId, inputBox }) => ({ classId, box: inputBox })),
      this.model.tissueClass,
    );
  }

  #featuresOf(presentIds: readonly number[], recipe: AnalysisRecipe): RegionFeature[] {
    if (recipe.features === undefined) return [];
    const { variant, pool } = recipe.features;
    switch (variant) {
      case 'sl_fe':
        return this.#features.ofClasses(presentIds, recipe, pool);
      case 'l_fe':
        return this.#features.ofMaps(this.#regions(recipe), pool);
      case 'ln_fe':
        return this.#features.ofCrops(this.#regions(recipe), pool);
    }
  }

  #encodedMaps(
    presentIds: readonly number[],
    cam: CamRequest,
    { encoding, classIds }: HeatmapRequest,
  ): Heatmap[] {
    return presentIds
      .filter((classId) => classIds?.includes(classId) ?? true)
      .map((classId) =>
        once(this.#encoded, `${camKey(cam, classId)} ${classId} ${encoding}`, () =>
          this.#encode(classId, cam, encoding),
        ),
      );
  }

  #encode(classId: number, cam: CamRequest, encoding: HeatmapEncoding): Heatmap {
    const { inputWidth: width, inputHeight: height } = this.model;
    if (encoding === 'native_f32') {
      const native = this.#heatmaps.native(classId, cam);
      return { classId, encoding, width: native.width, height: native.height, data: bytesOf(native.values) };
    }
    const full = this.#heatmaps.full(classId, cam);
    switch (encoding) {
      case 'full_f32':
        return { classId, encoding, width, height, data: bytesOf(full) };
      case 'full_u8':
        return { classId, encoding, width, height, data: toGray(full) };
      case 'png':
        return { classId, encoding, width, height, data: this.encodePng(toGray(full), width, height) };
    }
  }

  #gradient(layer: string, classId: number): LogitGradient {
    const values = this.#gradients.get(`${layer} ${classId}`);
    if (values !== undefined) return { kind: 'dense', values };
    const { headWeights } = this.outputs;
    if (headWeights === undefined || layer !== this.model.featureMaps.at(-1)!.name) {
      throw new Error(`a gradient by ${layer} was asked for, and it was not supplied`);
    }
    const channels = headWeights.length / this.model.classes.length;
    return {
      kind: 'uniform',
      perChannel: headWeights.subarray(classId * channels, (classId + 1) * channels),
    };
  }
}

function idsOf(present: readonly boolean[]): number[] {
  return present.flatMap((isPresent, classId) => (isPresent ? [classId] : []));
}

function bytesOf(values: Float32Array): Uint8Array {
  return new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
}

/** [0, 1] to whole grey values. */
function toGray(map: Float32Array): Uint8Array {
  const gray = new Uint8Array(map.length);
  // A counted loop: `Uint8Array.from` with a function takes sixty times as long.
  for (let i = 0; i < map.length; i++) gray[i] = map[i]! * 255 + 0.5;
  return gray;
}
