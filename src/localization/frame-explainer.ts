import type { AnalysisRecipe, HeatmapEncoding, HeatmapRequest, PoolSize } from '../domain/analysis-recipe.js';
import type { AnalysisProduct, Detection, Heatmap, RegionFeature } from '../domain/frame-analysis.js';
import { normalizeBox } from '../domain/geometry.js';
import type { ModelDescription } from '../domain/model-description.js';
import { fullHeatmap } from './heatmap.js';
import { presentClasses, probabilitiesOf } from './presence.js';
import { boxConfidence, findRegions } from './regions.js';
import { repool, singlePassFeature } from './slfe.js';

/** What the graph computed for one frame; the graph contract is in `onnx/graph-names.ts`. K classes, h x w grid cells. */
export interface GraphOutputs {
  /** [K] */
  readonly logits: Float32Array;
  /** [K, h, w], scaled to [0, 1]; absent when nothing asked for it. */
  readonly gradcam?: Float32Array;
  /** [K, 512] and [K]: features under `slfeThresholds`, and how many cells each averages. */
  readonly slfe?: Float32Array;
  readonly slfeCells?: Float32Array;
  readonly slfeThresholds?: readonly number[];
  /** [C, h, w]: the last feature map, for features that the graph did not compute. */
  readonly lastFeatureMap?: Float32Array;
}

/** Encodes 8-bit grey pixels as a PNG file. Given from outside, so that this folder stays pure. */
export type EncodePng = (gray: Uint8Array, width: number, height: number) => Uint8Array;

/**
 * Turns the graph's outputs for one frame into products, one a recipe. What recipes share is computed once, and their
 * products then hold the same arrays.
 */
export class FrameExplainer {
  readonly probabilities: Float32Array;
  private readonly fullHeatmaps = new Map<number, Float32Array>();
  private readonly knownDetections = new Map<string, readonly Detection[]>();
  private readonly knownHeatmaps = new Map<string, Heatmap>();

  constructor(
    private readonly outputs: GraphOutputs,
    private readonly model: ModelDescription,
    private readonly encodePng: EncodePng,
  ) {
    this.probabilities = probabilitiesOf(outputs.logits);
  }

  product(recipe: AnalysisRecipe): AnalysisProduct {
    const present = presentClasses(this.probabilities, recipe.classThresholds);
    const presentIds = present.flatMap((isPresent, classId) => (isPresent ? [classId] : []));
    return {
      present,
      detections: recipe.boxes ? presentIds.flatMap((classId) => this.detections(classId, recipe)) : [],
      heatmaps: recipe.heatmaps === undefined ? [] : this.heatmaps(presentIds, recipe.heatmaps),
      features: presentIds.flatMap((classId) => this.features(classId, recipe)),
    };
  }

  private detections(classId: number, { roiThresholds, outlines }: AnalysisRecipe): readonly Detection[] {
    const { inputWidth: width, inputHeight: height } = this.model;
    const threshold = roiThresholds[classId]!;
    return once(this.knownDetections, `${classId} ${threshold} ${outlines}`, () => {
      const heatmap = this.fullHeatmap(classId);
      return findRegions(heatmap, width, height, threshold, { outlines }).map(({ box, outline }) => ({
        classId,
        box: normalizeBox(box, width, height),
        inputBox: box,
        confidence: boxConfidence(heatmap, width, box),
        ...(outline === undefined ? {} : { outline }),
      }));
    });
  }

  private heatmaps(presentIds: readonly number[], { encoding, classIds }: HeatmapRequest): Heatmap[] {
    return presentIds
      .filter((classId) => classIds?.includes(classId) ?? true)
      .map((classId) =>
        once(this.knownHeatmaps, `${classId} ${encoding}`, () => this.heatmap(classId, encoding)),
      );
  }

  private heatmap(classId: number, encoding: HeatmapEncoding): Heatmap {
    const { gridWidth, gridHeight, inputWidth: width, inputHeight: height } = this.model;
    switch (encoding) {
      case 'native_f32': {
        const data = bytesOf(this.nativeHeatmap(classId));
        return { classId, encoding, width: gridWidth, height: gridHeight, data };
      }
      case 'full_f32':
        return { classId, encoding, width, height, data: bytesOf(this.fullHeatmap(classId)) };
      case 'full_u8':
        return { classId, encoding, width, height, data: toGray(this.fullHeatmap(classId)) };
      case 'png': {
        const data = this.encodePng(toGray(this.fullHeatmap(classId)), width, height);
        return { classId, encoding, width, height, data };
      }
    }
  }

  private features(classId: number, recipe: AnalysisRecipe): RegionFeature[] {
    if (recipe.features === undefined) return [];
    const { variant, pool } = recipe.features;
    const values = this.singlePassFeature(classId, recipe.roiThresholds[classId]!, pool);
    return values === undefined ? [] : [{ classId, variant, values }];
  }

  private singlePassFeature(classId: number, threshold: number, pool: PoolSize): Float32Array | undefined {
    const { slfe, slfeCells, slfeThresholds, lastFeatureMap } = this.outputs;
    if (slfe !== undefined && slfeCells !== undefined && slfeThresholds?.[classId] === threshold) {
      return slfeCells[classId]! > 0
        ? repool(slfe.slice(classId * 512, (classId + 1) * 512), pool)
        : undefined;
    }
    if (lastFeatureMap === undefined)
      throw new Error('features were asked for, and no output they need was fetched');
    const channels = lastFeatureMap.length / (this.model.gridWidth * this.model.gridHeight);
    return singlePassFeature(lastFeatureMap, channels, this.nativeHeatmap(classId), threshold, pool);
  }

  /** A copy of its own: products outlive the graph's buffers. */
  private nativeHeatmap(classId: number): Float32Array {
    const { gradcam } = this.outputs;
    if (gradcam === undefined)
      throw new Error('a heatmap was asked for, and the graph output was not fetched');
    const cells = this.model.gridWidth * this.model.gridHeight;
    return gradcam.slice(classId * cells, (classId + 1) * cells);
  }

  private fullHeatmap(classId: number): Float32Array {
    const { gridWidth, gridHeight, inputWidth, inputHeight } = this.model;
    return once(this.fullHeatmaps, classId, () =>
      fullHeatmap(this.nativeHeatmap(classId), gridWidth, gridHeight, inputWidth, inputHeight),
    );
  }
}

/** The known value of a key, or a new one, kept. */
function once<K, V>(known: Map<K, V>, key: K, compute: () => V): V {
  let value = known.get(key);
  if (value === undefined) {
    value = compute();
    known.set(key, value);
  }
  return value;
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
