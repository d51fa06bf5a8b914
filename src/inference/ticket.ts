import type { DropCounts, DropReason } from '../domain/frame-analysis.js';
import type { ModelDescription } from '../domain/model-description.js';
import type { VideoFrame } from '../domain/video-frame.js';
import type { KeyedRecipe } from '../domain/analysis-recipe.js';
import type { Waiting } from './batcher.js';
import type { FramePreviews } from './preview-encoder.js';
import type { FrameResult } from './worker-messages.js';

/** What a worker made of a ticket's frame, with the times of the main thread. */
export interface TicketOutcome {
  readonly result: FrameResult;
  /** What it was made with. */
  readonly model: ModelDescription;
  readonly recipes: readonly KeyedRecipe[];
  /** Undefined where no recipe asks for one. */
  readonly previews: FramePreviews | undefined;
  readonly inferenceUs: number;
  readonly batchSize: number;
  /** `performance.now()` when the frame went to the worker, and when its analysis was here. */
  readonly dispatchedAtMs: number;
  readonly analyzedAtMs: number;
}

/** One frame on its way through a lane. Exactly one of `resolve` and `drop` is called, and once. */
export interface Ticket extends Waiting {
  readonly frame: VideoFrame;
  /** The recipes in force now. */
  recipes(): readonly KeyedRecipe[];
  resolve(outcome: TicketOutcome): void;
  drop(reason: DropReason): void;
}

export function addCounts(a: DropCounts, b: DropCounts): DropCounts {
  const sum: Partial<Record<DropReason, number>> = { ...a };
  for (const [reason, count] of Object.entries(b) as [DropReason, number][]) {
    sum[reason] = (sum[reason] ?? 0) + count;
  }
  return sum;
}
