import { GapReason, type Gap } from '../gen/surgicam/v1/analysis_service.js';
import type { GapPort } from '../ports.js';

const REASONS: Readonly<Record<string, GapReason>> = {
  history_exceeded: GapReason.HISTORY_EXCEEDED,
  not_analyzed: GapReason.NOT_ANALYZED,
  not_computed: GapReason.NOT_COMPUTED,
};

export function toGapMessage({ fromSequence, toSequence, reason }: GapPort): Gap {
  return {
    fromSequence: BigInt(fromSequence),
    toSequence: BigInt(toSequence),
    reason: REASONS[reason] ?? GapReason.UNSPECIFIED,
  };
}
