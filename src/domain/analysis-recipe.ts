import type { ModelDescription } from './model-description.js';
import { SurgicamError } from './errors.js';

/** Encodings of a heatmap. Native is the model's own grid; full is the model-input size. */
export type HeatmapEncoding = 'native_f32' | 'full_u8' | 'full_f32' | 'png';

/** SL-FE: single pass. L-FE: boxes cut out of feature maps. LN-FE: boxes cut out of the frame. */
export type FeatureVariant = 'sl_fe' | 'l_fe' | 'ln_fe';

/** Closed-form class activation maps; formulas and sources are in `localization/class-activation-map.ts`. */
export type CamMethod =
  'grad_cam' | 'grad_cam_plus_plus' | 'hires_cam' | 'x_grad_cam' | 'layer_cam' | 'eigen_cam';

/** How heatmaps are made. */
export interface CamRequest {
  readonly method: CamMethod;
  /** Names of feature maps of the model, in its order, at least one; the maps of several are averaged. */
  readonly layers: readonly string[];
}

/** [P, a, b] with P * a * b = 512. */
export type PoolSize = readonly [number, number, number];

export const POOL_SIZES: readonly PoolSize[] = [
  [512, 1, 1],
  [128, 2, 2],
  [32, 4, 4],
];

export interface HeatmapRequest {
  readonly encoding: HeatmapEncoding;
  /** Only these classes, ascending; absent: every present class. */
  readonly classIds?: readonly number[];
}

export interface FeatureRequest {
  readonly variant: FeatureVariant;
  readonly pool: PoolSize;
}

/** A small picture of the frame. */
export interface PreviewRequest {
  /** Greatest width in pixels. */
  readonly maxWidth: number;
  /** JPEG quality. */
  readonly quality: number;
}

/** What a preview may be, both ends included. */
export const PREVIEW_LIMITS = { maxWidth: [16, 1920], quality: [1, 100] } as const;

/**
 * What is to be computed for a frame, with every threshold resolved. Subscribers with equal recipes share one
 * result; the union of a feed's recipes is all that is computed. Class scores are always part of it.
 */
export interface AnalysisRecipe {
  readonly cam: CamRequest;
  /** T_class of every class, in [0, 1]. */
  readonly classThresholds: readonly number[];
  /** T_roi of every class, in [0, 1]. */
  readonly roiThresholds: readonly number[];
  readonly boxes: boolean;
  /** Contour polygons of the detections; needs `boxes`. */
  readonly outlines: boolean;
  readonly heatmaps?: HeatmapRequest;
  readonly features?: FeatureRequest;
  readonly preview?: PreviewRequest;
}

/** A recipe with the text that identifies it: equal recipes have equal keys. */
export interface KeyedRecipe {
  readonly key: string;
  readonly recipe: AnalysisRecipe;
}

/** The wish before the model's defaults are filled in. Class names or ids are resolved by the caller. */
export interface RecipeWish {
  /** If absent, grad_cam of the model's last feature map. */
  readonly cam?: { readonly method?: CamMethod; readonly layers?: readonly string[] };
  readonly classThreshold?: number;
  readonly roiThreshold?: number;
  /** Per-class overrides, class id -> threshold. */
  readonly classThresholds?: ReadonlyMap<number, number>;
  readonly roiThresholds?: ReadonlyMap<number, number>;
  readonly boxes?: boolean;
  readonly outlines?: boolean;
  readonly heatmaps?: HeatmapRequest;
  readonly features?: FeatureRequest;
  readonly preview?: PreviewRequest;
}

/** Fills in the model's defaults and checks every range. */
export function resolveRecipe(wish: RecipeWish, model: ModelDescription): KeyedRecipe {
  const recipe: AnalysisRecipe = {
    cam: checkCam(wish.cam ?? {}, model),
    classThresholds: thresholds(
      'classThreshold',
      wish.classThreshold ?? model.classThreshold,
      wish.classThresholds,
      model,
    ),
    roiThresholds: thresholds(
      'roiThreshold',
      wish.roiThreshold ?? model.roiThreshold,
      wish.roiThresholds,
      model,
    ),
    boxes: (wish.boxes ?? false) || (wish.outlines ?? false),
    outlines: wish.outlines ?? false,
    ...(wish.heatmaps === undefined ? {} : { heatmaps: checkedHeatmaps(wish.heatmaps, model) }),
    ...(wish.features === undefined ? {} : { features: checkFeatures(wish.features, model) }),
    ...(wish.preview === undefined ? {} : { preview: checkPreview(wish.preview) }),
  };
  return { key: JSON.stringify(recipe), recipe };
}

function thresholds(
  field: string,
  base: number,
  overrides: ReadonlyMap<number, number> | undefined,
  model: ModelDescription,
): number[] {
  const checked = (name: string, value: number): number => {
    if (!(value >= 0 && value <= 1)) throw SurgicamError.invalidField(name, value, '0 to 1');
    return value;
  };
  const all = model.classes.map(() => checked(field, base));
  for (const [classId, value] of overrides ?? []) {
    checkClassId(`${field}s`, classId, model);
    all[classId] = checked(`${field}s[${classId}]`, value);
  }
  return all;
}

function checkClassId(field: string, classId: number, model: ModelDescription): void {
  if (!Number.isInteger(classId) || classId < 0 || classId >= model.classes.length) {
    throw SurgicamError.invalidField(`${field}.classId`, classId, `0 to ${model.classes.length - 1}`);
  }
}

/** Grad-CAM of the model's last feature map: what the graph itself computes. */
export function isOwnCam({ method, layers }: CamRequest, model: ModelDescription): boolean {
  return layers.length === 1 && isOwnMap(method, layers[0]!, model);
}

/** The same of one layer of several. */
export function isOwnMap(method: CamMethod, layer: string, model: ModelDescription): boolean {
  return method === 'grad_cam' && layer === model.featureMaps.at(-1)!.name;
}

/** Error: invalid_argument for a layer that the model does not have, or that the method cannot look at. */
export function checkCam(
  { method, layers }: NonNullable<RecipeWish['cam']>,
  model: ModelDescription,
): CamRequest {
  const names = model.featureMaps.map(({ name }) => name);
  for (const layer of layers ?? []) {
    if (!names.includes(layer)) throw SurgicamError.invalidField('cam.layers', layer, names.join(', '));
  }
  const chosen =
    layers === undefined || layers.length === 0
      ? names.slice(-1)
      : names.filter((name) => layers.includes(name));
  const cam: CamRequest = { method: method ?? 'grad_cam', layers: chosen };
  if (cam.method !== 'eigen_cam') {
    const usable = model.featureMaps.filter((map) => map.hasGradient ?? true).map(({ name }) => name);
    const unusable = chosen.find((name) => !usable.includes(name) && !isOwnMap(cam.method, name, model));
    if (unusable !== undefined) {
      throw SurgicamError.invalidField(
        'cam.layers',
        unusable,
        `${usable.join(', ')}; the gradient by ${unusable} is not known, so only eigen_cam can look at it`,
      );
    }
  }
  return cam;
}

function checkedHeatmaps(request: HeatmapRequest, model: ModelDescription): HeatmapRequest {
  if (request.classIds === undefined) return { encoding: request.encoding };
  for (const classId of request.classIds) checkClassId('heatmaps', classId, model);
  const classIds = [...new Set(request.classIds)].sort((a, b) => a - b);
  return { encoding: request.encoding, classIds };
}

/** L-FE chooses between three feature maps by the area of a box. */
const LFE_MAPS = 3;

/** Error: invalid_argument for a variant that the model cannot serve or an unknown pool size. */
export function checkFeatures(request: FeatureRequest, model: ModelDescription): FeatureRequest {
  if (request.variant === 'l_fe' && model.featureMaps.length !== LFE_MAPS) {
    throw SurgicamError.invalidField(
      'features.variant',
      request.variant,
      `sl_fe or ln_fe: l_fe needs ${LFE_MAPS} feature maps, model '${model.name}' gives out ${model.featureMaps.length}`,
    );
  }
  const pool = POOL_SIZES.find((size) => size.every((value, axis) => value === request.pool[axis]));
  if (pool === undefined) {
    throw SurgicamError.invalidField(
      'features.pool',
      request.pool,
      POOL_SIZES.map((size) => `[${size.join(', ')}]`).join(', '),
    );
  }
  return { variant: request.variant, pool };
}

/** Error: invalid_argument for a picture that is too small, too large or of a quality that does not exist. */
export function checkPreview({ maxWidth, quality }: PreviewRequest): PreviewRequest {
  for (const [field, value] of Object.entries({ maxWidth, quality }) as ['maxWidth' | 'quality', number][]) {
    const [least, most] = PREVIEW_LIMITS[field];
    if (!Number.isInteger(value) || value < least || value > most) {
      throw SurgicamError.invalidField(`preview.${field}`, value, `${least} to ${most}`);
    }
  }
  return { maxWidth, quality };
}
