import type { HeatmapEncoding as DomainEncoding } from '../../domain/analysis-recipe.js';
import type {
  Detection as DomainDetection,
  FrameAnalysis,
  FramePreview,
  Heatmap as DomainHeatmap,
  RegionFeature as DomainFeature,
} from '../../domain/frame-analysis.js';
import type { NormalizedPolygon } from '../../domain/geometry.js';
import {
  FeatureVariant,
  HeatmapEncoding,
  type ClassScore,
  type Detection,
  type FrameAnalysis as FrameAnalysisMessage,
  type Heatmap,
  type NormalizedPoint,
  type Preview,
  type RegionFeature,
} from '../gen/surgicam/v1/analysis.js';
import { toFloat16Bytes } from './float16.js';
import { toFrameDrops } from './frame-drops.js';

export interface FrameAnalysisOptions {
  /** `performance.now()` of the main thread as the message is written; ages are counted to here. */
  readonly nowMonotonicMs: number;
  /** Features as float16 bytes instead of floats. If absent, false. */
  readonly float16?: boolean;
}

/** One analysis as the contract says it. Pure; heatmap bytes are shared, not copied. */
export function toFrameAnalysisMessage(
  { facts, product }: FrameAnalysis,
  { nowMonotonicMs, float16 = false }: FrameAnalysisOptions,
): FrameAnalysisMessage {
  const { timing } = facts;
  return {
    feedId: facts.feedId,
    sequence: BigInt(facts.sequence),
    mediaTimeUs: BigInt(Math.round(facts.mediaTimeUs)),
    captureTime: new Date(facts.capturedAtMs),
    model: { name: facts.modelName, version: facts.modelVersion },
    frameWidth: facts.frameWidth,
    frameHeight: facts.frameHeight,
    classScores: facts.classNames.map((className, classId): ClassScore => ({
      classId,
      className,
      logit: facts.logits[classId]!,
      probability: facts.probabilities[classId]!,
      present: product.present[classId]!,
    })),
    detections: product.detections.map((detection) => toDetection(detection, facts.classNames)),
    heatmaps: product.heatmaps.map(toHeatmap),
    regionFeatures: product.features.map((feature) => toRegionFeature(feature, facts.classNames, float16)),
    timing: {
      decodeUs: uint32(timing.decodeUs),
      queueUs: uint32(timing.queueUs),
      inferenceUs: uint32(timing.inferenceUs),
      explanationUs: uint32(timing.explanationUs),
      publishUs: uint32(micros(nowMonotonicMs - facts.analyzedAtMonotonicMs)),
    },
    batchSize: facts.batchSize,
    ageUs: BigInt(micros(nowMonotonicMs - facts.capturedAtMonotonicMs)),
    framesDropped: toFrameDrops(facts.framesDropped),
    mediaName: facts.mediaName,
    preview: toPreview(product.preview),
  };
}

function toDetection(detection: DomainDetection, classNames: readonly string[]): Detection {
  const { classId, box, inputBox, confidence, outline } = detection;
  return {
    classId,
    className: classNames[classId]!,
    box: { ...box },
    inputBox: { ...inputBox },
    confidence,
    outline: outline === undefined ? [] : toPoints(outline),
  };
}

function toPoints(polygon: NormalizedPolygon): NormalizedPoint[] {
  const points: NormalizedPoint[] = [];
  for (let i = 0; i + 1 < polygon.length; i += 2) points.push({ x: polygon[i]!, y: polygon[i + 1]! });
  return points;
}

const ENCODINGS: Record<DomainEncoding, HeatmapEncoding> = {
  native_f32: HeatmapEncoding.NATIVE_F32,
  full_u8: HeatmapEncoding.FULL_U8,
  full_f32: HeatmapEncoding.FULL_F32,
  png: HeatmapEncoding.PNG,
};

function toHeatmap({ classId, encoding, width, height, data }: DomainHeatmap): Heatmap {
  const bytes = Buffer.from(data.buffer, data.byteOffset, data.byteLength);
  return { classId, encoding: ENCODINGS[encoding], width, height, data: bytes };
}

function toPreview(preview: FramePreview | undefined): Preview | undefined {
  if (preview === undefined) return undefined;
  const { width, height, jpeg } = preview;
  return { width, height, jpeg: Buffer.from(jpeg.buffer, jpeg.byteOffset, jpeg.byteLength) };
}

const NO_BYTES = Buffer.alloc(0);

const VARIANTS: Record<DomainFeature['variant'], FeatureVariant> = {
  sl_fe: FeatureVariant.SL_FE,
  l_fe: FeatureVariant.L_FE,
  ln_fe: FeatureVariant.LN_FE,
};

function toRegionFeature(
  { classId, variant, inputBox, values }: DomainFeature,
  classNames: readonly string[],
  float16: boolean,
): RegionFeature {
  return {
    classId,
    className: classNames[classId]!,
    variant: VARIANTS[variant],
    inputBox: inputBox === undefined ? undefined : { ...inputBox },
    values: float16 ? [] : Array.from(values),
    valuesF16: float16 ? toFloat16Bytes(values) : NO_BYTES,
  };
}

/** Whole microseconds, not below zero. */
export function micros(milliseconds: number): number {
  return Math.max(0, Math.round(milliseconds * 1000));
}

/** Whole and saturating: uint32 microseconds reach 71 minutes. */
export function uint32(value: number): number {
  return Math.min(0xffffffff, Math.max(0, Math.round(value)));
}
