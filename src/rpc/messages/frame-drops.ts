import { DROP_REASONS, type DropCounts, type DropReason } from '../../domain/frame-analysis.js';
import { FrameDropReason, type FrameDrops } from '../gen/surgicam/v1/analysis.js';

const REASONS: Record<DropReason, FrameDropReason> = {
  superseded: FrameDropReason.SUPERSEDED,
  inference_failed: FrameDropReason.INFERENCE_FAILED,
  worker_lost: FrameDropReason.WORKER_LOST,
  rate_limited: FrameDropReason.RATE_LIMITED,
  shutdown: FrameDropReason.SHUTDOWN,
};

/** Frames that were not analysed, by reason; reasons without a frame are left out. */
export function toFrameDrops(counts: DropCounts): FrameDrops[] {
  return DROP_REASONS.map((reason) => ({
    reason: REASONS[reason],
    count: BigInt(counts[reason] ?? 0),
  })).filter(({ count }) => count > 0n);
}
