import type { FrameTruth } from './frame-truth.js';

/** What a drawing thread is told when it starts. */
export interface RenderWorkerData {
  /** Size of the pictures in pixels. */
  readonly width: number;
  readonly height: number;
}

/** One frame of a scene. */
export interface RenderJob {
  readonly seed: number;
  /** Seconds since the scene began. */
  readonly time: number;
  /** PNG files to write; those that are absent are not written. */
  readonly pictureFile?: string;
  readonly maskFile?: string;
  /** The pixels are sent back. */
  readonly wantsPixels?: boolean;
}

export interface RenderRequest extends RenderJob {
  readonly id: number;
}

export interface RenderedTruth {
  readonly truth: FrameTruth;
  /** RGB24, row-major; where they were asked for. */
  readonly pixels?: Uint8Array<ArrayBuffer>;
}

/** Answers come in the order of the requests. */
export type RenderReply =
  | ({ readonly id: number; readonly kind: 'rendered' } & RenderedTruth)
  | { readonly id: number; readonly kind: 'failed'; readonly message: string };
