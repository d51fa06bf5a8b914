import { InvalidArgumentError, Option, type Command } from 'commander';
import { FeatureVariant, HeatmapEncoding } from '../rpc/gen/surgicam/v1/analysis.js';
import {
  CamMethod,
  FeaturePooling,
  type AnalysisOutputs,
  type AnalysisThresholds,
} from '../rpc/gen/surgicam/v1/analysis_options.js';
import { list, threshold } from './flag-parsers.js';

const VARIANTS = {
  'sl-fe': FeatureVariant.SL_FE,
  'l-fe': FeatureVariant.L_FE,
  'ln-fe': FeatureVariant.LN_FE,
} as const;

export type FeatureName = keyof typeof VARIANTS;

const METHODS = {
  'grad-cam': CamMethod.GRAD_CAM,
  'grad-cam++': CamMethod.GRAD_CAM_PLUS_PLUS,
  'hires-cam': CamMethod.HIRES_CAM,
  'xgrad-cam': CamMethod.X_GRAD_CAM,
  'layer-cam': CamMethod.LAYER_CAM,
  'eigen-cam': CamMethod.EIGEN_CAM,
} as const;

export type CamName = keyof typeof METHODS;

/** What is wanted of each frame, as the flags say it; class scores and boxes always are. */
export interface WishFlags {
  readonly features: 'none' | FeatureName;
  readonly pool: FeaturePooling;
  readonly heatmaps: 'none' | 'native' | 'full';
  readonly cam: CamName;
  readonly layers?: readonly string[];
  readonly outlines?: boolean;
  readonly classThreshold?: number;
  readonly roiThreshold?: number;
}

/** Adds the flags that say what is wanted of each frame. */
export function withWishFlags(command: Command): Command {
  withCamFlags(command)
    .addOption(
      new Option('--features <variant>', 'region features of the present classes')
        .choices(['none', ...featureNames()])
        .default('none'),
    )
    .addOption(poolOption())
    .addOption(
      new Option(
        '--heatmaps <size>',
        "float32 heatmaps of the present classes: the model's grid, or its input size",
      )
        .choices(['none', 'native', 'full'])
        .default('none'),
    )
    .option('--outlines', 'contours of the regions as polygons');
  return withThresholdFlags(command);
}

export function featureNames(): string[] {
  return Object.keys(VARIANTS);
}

export function poolOption(): Option {
  return new Option(
    '--pool <P,a,b>',
    'shape of a feature: P channels on a grid of a x b cells, 512 numbers in all',
  )
    .argParser(parsePool)
    .default(FeaturePooling.P512_1X1, '512,1,1');
}

export function withThresholdFlags(command: Command): Command {
  return command
    .option('--class-threshold <t>', "a class is present above it, 0 to 1 (default: the model's)", threshold)
    .option(
      '--roi-threshold <t>',
      "a heatmap's regions are above it, 0 to 1 (default: the model's)",
      threshold,
    );
}

/** Adds the flags that say how heatmaps are made. */
export function withCamFlags(command: Command): Command {
  return command
    .addOption(
      new Option('--cam <method>', 'how heatmaps are made').choices(Object.keys(METHODS)).default('grad-cam'),
    )
    .option(
      '--layers <a,b>',
      "feature maps they are made of, averaged when there are several (default: the model's last)",
      list,
    );
}

const POOLINGS = new Map<string, FeaturePooling>([
  ['512,1,1', FeaturePooling.P512_1X1],
  ['128,2,2', FeaturePooling.P128_2X2],
  ['32,4,4', FeaturePooling.P32_4X4],
]);

/** `512,1,1`, or its first number alone. */
function parsePool(text: string): FeaturePooling {
  const wanted = text.replaceAll(/[[\] ]/g, '');
  for (const [name, pooling] of POOLINGS) {
    if (wanted === name || wanted === name.split(',')[0]) return pooling;
  }
  throw new InvalidArgumentError(`Allowed: ${[...POOLINGS.keys()].join('; ')}.`);
}

const ENCODINGS = {
  native: HeatmapEncoding.NATIVE_F32,
  full: HeatmapEncoding.FULL_F32,
} as const;

/** The flags as the contract says them. */
export function toOutputs({ features, pool, heatmaps, outlines, cam, layers }: WishFlags): AnalysisOutputs {
  return {
    boxes: true,
    outlines: outlines === true,
    heatmaps: heatmaps === 'none' ? undefined : { encoding: ENCODINGS[heatmaps], classIds: [] },
    regionFeatures:
      features === 'none' ? undefined : { variant: VARIANTS[features], pooling: pool, float16: false },
    preview: undefined,
    explanation: { method: METHODS[cam], layers: [...(layers ?? [])] },
  };
}

export function toThresholds({ classThreshold, roiThreshold }: WishFlags): AnalysisThresholds {
  return { classThreshold, roiThreshold, classes: [] };
}
