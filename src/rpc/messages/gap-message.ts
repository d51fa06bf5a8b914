import type { GapReason as BusGapReason, ReaderItem } from '../../bus/topic-reader.js';
import { GapReason, type Gap } from '../gen/surgicam/v1/analysis_service.js';

const REASONS: Record<BusGapReason, GapReason> = {
  history_exceeded: GapReason.HISTORY_EXCEEDED,
  not_computed: GapReason.NOT_COMPUTED,
};

export function toGapMessage(gap: Extract<ReaderItem, { kind: 'gap' }>): Gap {
  return {
    fromSequence: BigInt(gap.fromSequence),
    toSequence: BigInt(gap.toSequence),
    reason: REASONS[gap.reason],
  };
}
