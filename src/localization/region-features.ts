import { isOwnCam, type AnalysisRecipe, type PoolSize } from '../domain/analysis-recipe.js';
import type { RegionFeature } from '../domain/frame-analysis.js';
import type { PixelBox } from '../domain/geometry.js';
import type { ModelDescription } from '../domain/model-description.js';
import type { ClassHeatmaps } from './class-heatmaps.js';
import type { FeatureRegion } from './feature-regions.js';
import type { GraphOutputs } from './graph-outputs.js';
import { boxOnMap, featureMapLevel, poolRegion, type FeatureMap } from './region-pooling.js';
import { FEATURE_LENGTH, repool, singlePassFeature } from './slfe.js';

/** The region features of one frame, by each of the three variants (Pang et al. 2022). */
export class RegionFeatures {
  readonly #cropMaps = new Map<string, FeatureMap>();

  constructor(
    private readonly model: ModelDescription,
    private readonly outputs: GraphOutputs,
    private readonly heatmaps: ClassHeatmaps,
  ) {}

  /** The last feature map of a crop of the frame, for LN-FE. */
  supplyCropMap(box: PixelBox, map: FeatureMap): void {
    this.#cropMaps.set(boxKey(box), map);
  }

  hasCropMap(box: PixelBox): boolean {
    return this.#cropMaps.has(boxKey(box));
  }

  /** SL-FE: one feature a present class. An empty mask has none. */
  ofClasses(presentIds: readonly number[], recipe: AnalysisRecipe, pool: PoolSize): RegionFeature[] {
    return presentIds.flatMap((classId) => {
      const values = this.#singlePass(classId, recipe, pool);
      return values === undefined ? [] : [{ classId, variant: 'sl_fe', values }];
    });
  }

  /** L-FE: every region cut out of the feature map that suits its size. */
  ofMaps(regions: readonly FeatureRegion[], pool: PoolSize): RegionFeature[] {
    const { inputWidth, inputHeight } = this.model;
    return regions.map(({ classId, box }) => {
      const map = this.#featureMap(featureMapLevel(box, inputWidth, inputHeight));
      const part = boxOnMap(box, inputWidth, inputHeight, map);
      return { classId, variant: 'l_fe', inputBox: box, values: poolRegion(map, part, pool) };
    });
  }

  /** LN-FE: every region's crop of the frame, sent through the backbone. */
  ofCrops(regions: readonly FeatureRegion[], pool: PoolSize): RegionFeature[] {
    return regions.map(({ classId, box }) => {
      const map = this.#cropMaps.get(boxKey(box));
      if (map === undefined) throw new Error('a crop was asked for, and its feature map was not supplied');
      const whole = { x1: 0, y1: 0, x2: map.width, y2: map.height };
      return { classId, variant: 'ln_fe', inputBox: box, values: poolRegion(map, whole, pool) };
    });
  }

  #singlePass(
    classId: number,
    { cam, roiThresholds }: AnalysisRecipe,
    pool: PoolSize,
  ): Float32Array | undefined {
    const { slfe, slfeCells, slfeThresholds } = this.outputs;
    const threshold = roiThresholds[classId]!;
    const isServedByGraph = isOwnCam(cam, this.model) && slfeThresholds?.[classId] === threshold;
    if (slfe !== undefined && slfeCells !== undefined && isServedByGraph) {
      return slfeCells[classId]! > 0
        ? repool(slfe.slice(classId * FEATURE_LENGTH, (classId + 1) * FEATURE_LENGTH), pool)
        : undefined;
    }
    const { values, width, height } = this.#featureMap(this.model.featureMaps.length - 1);
    const mask = this.heatmaps.onModelGrid(classId, cam);
    return singlePassFeature(values, values.length / (width * height), mask, threshold, pool);
  }

  #featureMap(level: number): FeatureMap {
    const { name, width, height } = this.model.featureMaps[level]!;
    const values = this.outputs.featureMaps?.get(name);
    if (values === undefined) throw new Error(`features of ${name} were asked for, and it was not fetched`);
    return { values, width, height };
  }
}

export function boxKey({ x1, y1, x2, y2 }: PixelBox): string {
  return `${x1},${y1},${x2},${y2}`;
}
