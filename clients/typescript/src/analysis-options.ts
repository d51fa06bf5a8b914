import { FeatureVariant, HeatmapEncoding } from '../../../src/rpc/gen/surgicam/v1/analysis.js';
import {
  AnalysisOutputs,
  AnalysisThresholds,
  CamMethod,
  FeaturePooling,
} from '../../../src/rpc/gen/surgicam/v1/analysis_options.js';
import { chosen } from './chosen.js';

const ENCODINGS = {
  native: HeatmapEncoding.NATIVE_F32,
  'full-u8': HeatmapEncoding.FULL_U8,
  'full-f32': HeatmapEncoding.FULL_F32,
  png: HeatmapEncoding.PNG,
} as const;

const VARIANTS = {
  'sl-fe': FeatureVariant.SL_FE,
  'l-fe': FeatureVariant.L_FE,
  'ln-fe': FeatureVariant.LN_FE,
} as const;

const POOLINGS = {
  '512x1x1': FeaturePooling.P512_1X1,
  '128x2x2': FeaturePooling.P128_2X2,
  '32x4x4': FeaturePooling.P32_4X4,
} as const;

const METHODS = {
  'grad-cam': CamMethod.GRAD_CAM,
  'grad-cam++': CamMethod.GRAD_CAM_PLUS_PLUS,
  'hires-cam': CamMethod.HIRES_CAM,
  'x-grad-cam': CamMethod.X_GRAD_CAM,
  'layer-cam': CamMethod.LAYER_CAM,
  'eigen-cam': CamMethod.EIGEN_CAM,
} as const;

export type HeatmapEncodingName = keyof typeof ENCODINGS;
export type FeatureVariantName = keyof typeof VARIANTS;
export type FeaturePoolingName = keyof typeof POOLINGS;
export type CamMethodName = keyof typeof METHODS;

/** What is wanted of each frame. Class scores always come; everything else only when it is asked for. */
export interface AnalysisWish {
  /** Boxes of the present classes. */
  readonly boxes?: boolean;
  /** Contours of the regions as polygons; boxes come with them. */
  readonly outlines?: boolean;
  /** `true` is `native`: the small grid, 320 bytes a class at 8 x 10. `classIds` absent: every present class. */
  readonly heatmaps?:
    | boolean
    | HeatmapEncodingName
    | { readonly encoding?: HeatmapEncodingName; readonly classIds?: readonly number[] };
  /** `true` is `sl-fe`, pooled `512x1x1`, as float32. */
  readonly regionFeatures?:
    | boolean
    | FeatureVariantName
    | {
        readonly variant?: FeatureVariantName;
        readonly pooling?: FeaturePoolingName;
        readonly float16?: boolean;
      };
  /** A JPEG of each frame: greatest width 320 and quality 75 unless said otherwise. */
  readonly preview?: boolean | { readonly maxWidth?: number; readonly quality?: number };
  /** How heatmaps are made; Grad-CAM of the last feature map if absent. `layers` are names of `Model.featureMaps`. */
  readonly explanation?:
    CamMethodName | { readonly method?: CamMethodName; readonly layers?: readonly string[] };
  /** Above which values something counts; the model's own if absent. */
  readonly thresholds?: {
    /** T_class, [0, 1]. */
    readonly classThreshold?: number;
    /** T_roi, [0, 1]. */
    readonly roiThreshold?: number;
    /** Classes that differ. */
    readonly classes?: readonly {
      readonly classId: number;
      readonly classThreshold?: number;
      readonly roiThreshold?: number;
    }[];
  };
}

/** The wish as the contract's message; absent when nothing but class scores is wanted. Error: InvalidArgumentError. */
export function outputsOf(wish: AnalysisWish): AnalysisOutputs | undefined {
  const { boxes = false, outlines = false } = wish;
  const heatmaps = heatmapsOf(wish.heatmaps);
  const regionFeatures = regionFeaturesOf(wish.regionFeatures);
  const preview = wish.preview === true ? {} : wish.preview === false ? undefined : wish.preview;
  const explanation = explanationOf(wish.explanation);
  if (!boxes && !outlines && !(heatmaps ?? regionFeatures ?? preview ?? explanation)) return undefined;
  return AnalysisOutputs.fromPartial({
    boxes,
    outlines,
    ...(heatmaps === undefined ? {} : { heatmaps }),
    ...(regionFeatures === undefined ? {} : { regionFeatures }),
    ...(preview === undefined ? {} : { preview }),
    ...(explanation === undefined ? {} : { explanation }),
  });
}

export function thresholdsOf({ thresholds }: AnalysisWish): AnalysisThresholds | undefined {
  if (thresholds === undefined) return undefined;
  const { classes = [], ...both } = thresholds;
  return AnalysisThresholds.fromPartial({ ...both, classes: [...classes] });
}

function heatmapsOf(wish: AnalysisWish['heatmaps']) {
  if (wish === undefined || wish === false) return undefined;
  const { encoding = 'native', classIds = [] } =
    wish === true ? {} : typeof wish === 'string' ? { encoding: wish } : wish;
  return { encoding: chosen('heatmaps.encoding', encoding, ENCODINGS), classIds: [...classIds] };
}

function regionFeaturesOf(wish: AnalysisWish['regionFeatures']) {
  if (wish === undefined || wish === false) return undefined;
  const {
    variant = 'sl-fe',
    pooling = '512x1x1',
    float16 = false,
  } = wish === true ? {} : typeof wish === 'string' ? { variant: wish } : wish;
  return {
    variant: chosen('regionFeatures.variant', variant, VARIANTS),
    pooling: chosen('regionFeatures.pooling', pooling, POOLINGS),
    float16,
  };
}

function explanationOf(wish: AnalysisWish['explanation']) {
  if (wish === undefined) return undefined;
  const { method = 'grad-cam', layers = [] } = typeof wish === 'string' ? { method: wish } : wish;
  return { method: chosen('explanation.method', method, METHODS), layers: [...layers] };
}
