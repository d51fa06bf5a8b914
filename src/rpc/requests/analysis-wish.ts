import {
  checkCam,
  checkFeatures,
  checkPreview,
  type CamMethod as DomainCamMethod,
  type FeatureRequest,
  type HeatmapEncoding as DomainEncoding,
  type HeatmapRequest,
  type PoolSize,
  type PreviewRequest,
  type RecipeWish,
} from '../../domain/analysis-recipe.js';
import { SurgicamError } from '../../domain/errors.js';
import type { ModelDescription } from '../../domain/model-description.js';
import { FeatureVariant, HeatmapEncoding } from '../gen/surgicam/v1/analysis.js';
import {
  CamMethod,
  FeaturePooling,
  type AnalysisOutputs,
  type AnalysisThresholds,
  type Explanation,
  type HeatmapOutput,
  type PreviewOutput,
  type RegionFeatureOutput,
} from '../gen/surgicam/v1/analysis_options.js';
import { checkEnum, checkOptionalUnit, underField } from './field-checks.js';

/**
 * A client's outputs and thresholds as the engine's wish, every range checked against the model. `prefix` goes before
 * the field names in errors, for example `configure.`.
 */
export function toRecipeWish(
  prefix: string,
  outputs: AnalysisOutputs | undefined,
  thresholds: AnalysisThresholds | undefined,
  model: ModelDescription,
): RecipeWish {
  return {
    boxes: outputs?.boxes ?? false,
    outlines: outputs?.outlines ?? false,
    ...toHeatmaps(`${prefix}outputs.heatmaps`, outputs?.heatmaps, model),
    ...toFeatures(`${prefix}outputs.region_features`, outputs?.regionFeatures, model),
    ...toPreview(`${prefix}outputs.preview`, outputs?.preview),
    ...toCam(`${prefix}outputs.explanation`, outputs?.explanation, model),
    ...toThresholds(`${prefix}thresholds`, thresholds, model),
  };
}

const ENCODINGS = new Map<HeatmapEncoding, DomainEncoding>([
  [HeatmapEncoding.UNSPECIFIED, 'native_f32'],
  [HeatmapEncoding.NATIVE_F32, 'native_f32'],
  [HeatmapEncoding.FULL_U8, 'full_u8'],
  [HeatmapEncoding.FULL_F32, 'full_f32'],
  [HeatmapEncoding.PNG, 'png'],
]);

function toHeatmaps(
  path: string,
  output: HeatmapOutput | undefined,
  model: ModelDescription,
): { heatmaps?: HeatmapRequest } {
  if (output === undefined) return {};
  const encoding = checkEnum(`${path}.encoding`, output.encoding, ENCODINGS);
  output.classIds.forEach((classId, i) => checkClassId(`${path}.class_ids[${i}]`, classId, model));
  return { heatmaps: output.classIds.length === 0 ? { encoding } : { encoding, classIds: output.classIds } };
}

const POOLINGS = new Map<FeaturePooling, PoolSize>([
  [FeaturePooling.UNSPECIFIED, [512, 1, 1]],
  [FeaturePooling.P512_1X1, [512, 1, 1]],
  [FeaturePooling.P128_2X2, [128, 2, 2]],
  [FeaturePooling.P32_4X4, [32, 4, 4]],
]);

const VARIANTS = new Map<FeatureVariant, FeatureRequest['variant']>([
  [FeatureVariant.UNSPECIFIED, 'sl_fe'],
  [FeatureVariant.SL_FE, 'sl_fe'],
  [FeatureVariant.L_FE, 'l_fe'],
  [FeatureVariant.LN_FE, 'ln_fe'],
]);

function toFeatures(
  path: string,
  output: RegionFeatureOutput | undefined,
  model: ModelDescription,
): { features?: FeatureRequest } {
  if (output === undefined) return {};
  const variant = checkEnum(`${path}.variant`, output.variant, VARIANTS);
  const features = { variant, pool: checkEnum(`${path}.pooling`, output.pooling, POOLINGS) };
  return {
    features: underField(
      () => `${path}.variant`,
      () => checkFeatures(features, model),
    ),
  };
}

/** The value of a field that is 0. */
const PREVIEW_DEFAULTS: PreviewRequest = { maxWidth: 320, quality: 75 };

const PREVIEW_FIELDS: Readonly<Record<string, string>> = {
  'preview.maxWidth': 'max_width',
  'preview.quality': 'quality',
};

function toPreview(path: string, output: PreviewOutput | undefined): Pick<RecipeWish, 'preview'> {
  if (output === undefined) return {};
  const preview = {
    maxWidth: output.maxWidth || PREVIEW_DEFAULTS.maxWidth,
    quality: output.quality || PREVIEW_DEFAULTS.quality,
  };
  return {
    preview: underField(
      (field) => `${path}.${PREVIEW_FIELDS[field] ?? field}`,
      () => checkPreview(preview),
    ),
  };
}

const METHODS = new Map<CamMethod, DomainCamMethod>([
  [CamMethod.UNSPECIFIED, 'grad_cam'],
  [CamMethod.GRAD_CAM, 'grad_cam'],
  [CamMethod.GRAD_CAM_PLUS_PLUS, 'grad_cam_plus_plus'],
  [CamMethod.HIRES_CAM, 'hires_cam'],
  [CamMethod.X_GRAD_CAM, 'x_grad_cam'],
  [CamMethod.LAYER_CAM, 'layer_cam'],
  [CamMethod.EIGEN_CAM, 'eigen_cam'],
]);

function toCam(
  path: string,
  explanation: Explanation | undefined,
  model: ModelDescription,
): Pick<RecipeWish, 'cam'> {
  if (explanation === undefined) return {};
  const method = checkEnum(`${path}.method`, explanation.method, METHODS);
  const known = model.featureMaps.map(({ name }) => name);
  explanation.layers.forEach((layer, i) => {
    if (!known.includes(layer))
      throw SurgicamError.invalidField(`${path}.layers[${i}]`, layer, known.join(', '));
  });
  const cam = { method, layers: explanation.layers };
  underField(
    () => `${path}.layers`,
    () => checkCam(cam, model),
  );
  return { cam };
}

type ThresholdWish = Pick<
  RecipeWish,
  'classThreshold' | 'roiThreshold' | 'classThresholds' | 'roiThresholds'
>;

function toThresholds(
  path: string,
  thresholds: AnalysisThresholds | undefined,
  model: ModelDescription,
): ThresholdWish {
  if (thresholds === undefined) return {};
  const { classThreshold, roiThreshold } = thresholds;
  checkOptionalUnit(`${path}.class_threshold`, classThreshold);
  checkOptionalUnit(`${path}.roi_threshold`, roiThreshold);
  const classThresholds = new Map<number, number>();
  const roiThresholds = new Map<number, number>();
  const named = new Set<number>();
  thresholds.classes.forEach((item, i) => {
    const at = `${path}.classes[${i}]`;
    checkClassId(`${at}.class_id`, item.classId, model);
    if (named.has(item.classId)) {
      throw SurgicamError.invalidField(`${at}.class_id`, item.classId, 'each class once');
    }
    named.add(item.classId);
    checkOptionalUnit(`${at}.class_threshold`, item.classThreshold);
    checkOptionalUnit(`${at}.roi_threshold`, item.roiThreshold);
    if (item.classThreshold !== undefined) classThresholds.set(item.classId, item.classThreshold);
    if (item.roiThreshold !== undefined) roiThresholds.set(item.classId, item.roiThreshold);
  });
  return {
    ...(classThreshold === undefined ? {} : { classThreshold }),
    ...(roiThreshold === undefined ? {} : { roiThreshold }),
    classThresholds,
    roiThresholds,
  };
}

function checkClassId(field: string, classId: number, model: ModelDescription): void {
  if (classId >= model.classes.length) {
    throw SurgicamError.invalidField(
      field,
      classId,
      `0 to ${model.classes.length - 1}, the classes of ${model.name}`,
    );
  }
}
