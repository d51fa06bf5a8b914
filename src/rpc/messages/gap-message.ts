import type { GapReason as BusGapReason, GapItem } from '../../bus/topic-reader.js';
import { GapReason, type Gap } from '../gen/surgicam/v1/analysis_service.js';

const REASONS: Record<BusGapReason, GapReason> = {
  history_exceeded: GapReason.HISTORY_EXCEEDED,
  not_computed: GapReason.NOT_COMPUTED,
  paused: GapReason.PAUSED,
};

export function toGapMessage(gap: GapItem): Gap {
  return {
    fromSequence: BigInt(gap.fromSequence),
    toSequence: BigInt(gap.toSequence),
    reason: REASONS[gap.reason],
  };
}
