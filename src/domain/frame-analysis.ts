import type { FeatureVariant, HeatmapEncoding } from './analysis-recipe.js';
import type { NormalizedBox, NormalizedPolygon, PixelBox } from './geometry.js';

export interface Detection {
  readonly classId: number;
  /** Normalised to [0, 1] of the source frame. */
  readonly box: NormalizedBox;
  /** The same in whole model-input pixels. */
  readonly inputBox: PixelBox;
  /** Mean heatmap value inside the box, in [0, 1]. */
  readonly confidence: number;
  /** Only when asked for. */
  readonly outline?: NormalizedPolygon;
}

export interface Heatmap {
  readonly classId: number;
  readonly encoding: HeatmapEncoding;
  readonly width: number;
  readonly height: number;
  /** native_f32, full_f32: little-endian float32, row-major; full_u8: one byte a pixel; png: a PNG file. */
  readonly data: Uint8Array;
}

export interface RegionFeature {
  readonly classId: number;
  readonly variant: FeatureVariant;
  /** Absent for SL-FE, which has no boxes. */
  readonly inputBox?: PixelBox;
  /** 512 values. */
  readonly values: Float32Array;
}

/** A small picture of the frame. */
export interface FramePreview {
  /** Pixels. */
  readonly width: number;
  readonly height: number;
  /** A JPEG file. */
  readonly jpeg: Uint8Array;
}

/** Where the time went, in microseconds. `publishUs` is filled in when a message is written. */
export interface FrameTiming {
  readonly decodeUs: number;
  readonly queueUs: number;
  readonly inferenceUs: number;
  readonly explanationUs: number;
}

/**
 * Why a decoded frame was not analysed. `superseded`: a newer one came while it waited; `inference_failed`: the model's
 * run failed; `worker_lost`: the thread that had it ended; `rate_limited`: nobody follows the feed; `shutdown`.
 */
export const DROP_REASONS = [
  'superseded',
  'inference_failed',
  'worker_lost',
  'rate_limited',
  'shutdown',
] as const;

export type DropReason = (typeof DROP_REASONS)[number];

export type DropCounts = Readonly<Partial<Record<DropReason, number>>>;

/** What one recipe made of a frame. */
export interface AnalysisProduct {
  /** Whether each class is present under the recipe's T_class. */
  readonly present: readonly boolean[];
  /** Classes ascending. */
  readonly detections: readonly Detection[];
  readonly heatmaps: readonly Heatmap[];
  readonly features: readonly RegionFeature[];
  /** Only when asked for, and left out where the encoder did not keep up. */
  readonly preview?: FramePreview;
}

/** What is true of an analysed frame whatever was asked for. Pixels are gone by now. */
export interface FrameFacts {
  readonly feedId: string;
  readonly sequence: number;
  readonly mediaTimeUs: number;
  readonly capturedAtMs: number;
  readonly capturedAtMonotonicMs: number;
  readonly mediaName?: string;
  readonly modelName: string;
  readonly modelVersion: string;
  readonly classNames: readonly string[];
  readonly frameWidth: number;
  readonly frameHeight: number;
  readonly inputWidth: number;
  readonly inputHeight: number;
  /** One value a class. */
  readonly logits: Float32Array;
  /** sigmoid(logits). */
  readonly probabilities: Float32Array;
  readonly timing: FrameTiming;
  readonly batchSize: number;
  /** `performance.now()` of the main thread when the analysis was complete. */
  readonly analyzedAtMonotonicMs: number;
  /** Frames of the feed that were not analysed since the previous analysis. */
  readonly framesDropped: DropCounts;
}

/** What travels on the bus: one frame with the product of every recipe in force, by recipe key. */
export interface AnalyzedFrame {
  readonly facts: FrameFacts;
  readonly products: ReadonlyMap<string, AnalysisProduct>;
}

/** One recipe's view of an analysed frame: what a subscriber receives. */
export interface FrameAnalysis {
  readonly facts: FrameFacts;
  readonly product: AnalysisProduct;
}
