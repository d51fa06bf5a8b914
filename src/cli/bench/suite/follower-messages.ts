import type { AnalysisOutputs } from '../../../rpc/gen/surgicam/v1/analysis_options.js';

/** What is asked of a process of followers. */
export interface FollowRequest {
  readonly address: string;
  /** A subscription each, on a connection of its own, with delivery EVERY_FRAME. */
  readonly feedIds: readonly string[];
  /** Absent: class scores only. */
  readonly outputs?: Partial<AnalysisOutputs>;
  /** Look into every analysis. Otherwise its bytes are counted and thrown away, which costs next to nothing. */
  readonly detailed?: boolean;
}

/** One analysis as it arrived. Times in milliseconds. */
export interface ArrivedFrame {
  readonly atMs: number;
  readonly sequence: number;
  /** From the decoder to here, by the wall clock. */
  readonly ageMs: number;
  readonly decodeMs: number;
  readonly queueMs: number;
  readonly inferenceMs: number;
  readonly explanationMs: number;
  readonly publishMs: number;
  readonly batchSize: number;
  /** Not analysed since the frame before. */
  readonly dropped: number;
}

/** Between `begin` and `end`. */
export interface FollowCounts {
  readonly seconds: number;
  /** Analyses of all subscriptions together, and their bytes. */
  readonly messages: number;
  readonly bytes: number;
  /** Of this process. */
  readonly cpuSeconds: number;
  /** Only when asked to look. */
  readonly frames: readonly ArrivedFrame[];
}

export type ToFollower =
  | { readonly kind: 'follow'; readonly request: FollowRequest }
  | { readonly kind: 'begin' }
  | { readonly kind: 'end' };

export type FromFollower =
  /** Every subscription has received an analysis. */
  | { readonly kind: 'following' }
  | { readonly kind: 'begun' }
  | { readonly kind: 'ended'; readonly counts: FollowCounts }
  | { readonly kind: 'failed'; readonly reason: string };
