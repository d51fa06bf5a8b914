import type { FrameAnalysis } from '../../../../src/rpc/gen/surgicam/v1/analysis.js';
import {
  GapReason,
  type Annotation,
  type AnnotationReceipt,
  type Heartbeat,
  type SkippedAnalyses,
  type Started,
  type SubscribeResponse,
} from '../../../../src/rpc/gen/surgicam/v1/analysis_service.js';
import type { Feed } from '../../../../src/rpc/gen/surgicam/v1/feed.js';
import type { SurgicamError } from '../errors.js';

export type GapReasonName = 'history-exceeded' | 'not-computed' | 'paused' | 'unknown';

/** Everything that happens to a subscription, in order. */
export type SubscriptionEvent =
  /**
   * A configuration is in force: after the beginning, a `reconfigure`, and every reconnection (`isResumed`). Or the feed
   * has gone over to another version of its model (`started.modelReloaded`).
   */
  | { readonly type: 'started'; readonly started: Started; readonly isResumed: boolean }
  | { readonly type: 'analysis'; readonly analysis: FrameAnalysis }
  | { readonly type: 'feed-state'; readonly feed: Feed }
  /** Frames that will not come: both sequences are of frames missed. */
  | {
      readonly type: 'gap';
      readonly fromSequence: bigint;
      readonly toSequence: bigint;
      readonly reason: GapReasonName;
    }
  /** Analyses that were left out since the event before. */
  | { readonly type: 'skipped'; readonly skipped: SkippedAnalyses }
  | { readonly type: 'annotation'; readonly annotation: Annotation }
  | { readonly type: 'annotation-receipt'; readonly receipt: AnnotationReceipt }
  | { readonly type: 'heartbeat'; readonly heartbeat: Heartbeat }
  /** The connection was lost and is being looked for again. */
  | {
      readonly type: 'disconnected';
      readonly error: SurgicamError;
      /** Number of the attempt that follows, from 1. */
      readonly attempt: number;
      readonly retryInMs: number;
    }
  /** While the connection was lost the feed was deleted and created again: sequences begin anew. */
  | { readonly type: 'feed-replaced'; readonly feed: Feed };

const GAP_REASONS: Partial<Record<GapReason, GapReasonName>> = {
  [GapReason.HISTORY_EXCEEDED]: 'history-exceeded',
  [GapReason.NOT_COMPUTED]: 'not-computed',
  [GapReason.PAUSED]: 'paused',
};

/** The events of one message, what was skipped first. A message of a later contract is passed over. */
export function* eventsOf(
  { response, skipped }: SubscribeResponse,
  isResumed: boolean,
): Generator<SubscriptionEvent> {
  if (skipped !== undefined) yield { type: 'skipped', skipped };
  switch (response?.$case) {
    case 'started':
      yield {
        type: 'started',
        started: response.value,
        isResumed: isResumed && response.value.configuration === 1 && !response.value.modelReloaded,
      };
      return;
    case 'frameAnalysis':
      yield { type: 'analysis', analysis: response.value };
      return;
    case 'feedStateChange':
      if (response.value.feed !== undefined) yield { type: 'feed-state', feed: response.value.feed };
      return;
    case 'gap': {
      const { fromSequence, toSequence, reason } = response.value;
      yield { type: 'gap', fromSequence, toSequence, reason: GAP_REASONS[reason] ?? 'unknown' };
      return;
    }
    case 'annotation':
      yield { type: 'annotation', annotation: response.value };
      return;
    case 'annotationReceipt':
      yield { type: 'annotation-receipt', receipt: response.value };
      return;
    case 'heartbeat':
      yield { type: 'heartbeat', heartbeat: response.value };
      return;
    case undefined:
      return;
  }
}
