import {
  Delivery,
  type SubscriptionConfiguration,
} from '../../../../src/rpc/gen/surgicam/v1/analysis_service.js';
import { outputsOf, thresholdsOf, type AnalysisWish } from '../analysis-options.js';
import { chosen } from '../chosen.js';
import type { BackoffOptions } from './backoff.js';
import type { SubscriptionEvent } from './events.js';

const DELIVERIES = { latest: Delivery.LATEST, 'every-frame': Delivery.EVERY_FRAME } as const;

/** What may change while a subscription runs. */
export interface Reconfiguration extends AnalysisWish {
  /** Most analyses per second, above 0, at most 1000. No limit if absent. */
  readonly maxRate?: number;
  /** Analyses older than this are left out and counted; milliseconds. None is too old if absent. */
  readonly stalenessBudgetMs?: number;
  /** Most analyses sent and not acknowledged, 1 to 1024. If absent, acknowledging holds nothing up. */
  readonly maxUnacknowledged?: number;
}

export interface SubscribeOptions extends Reconfiguration {
  /**
   * `latest`, if absent: whoever is slow gets the newest analysis, and what was left out is counted.
   * `every-frame`: every analysis, as far as the server's history reaches, also over a lost connection.
   */
  readonly delivery?: 'latest' | 'every-frame';
  /** Begin after this frame, of which an earlier subscription got its analysis. If absent, with the next analysis. */
  readonly resumeAfterSequence?: bigint;
  /**
   * After a lost connection the subscription goes on by itself after the last frame it gave out; `false` ends it with
   * the error instead. Only the very first connection is not tried again, unless `fromStart` is set.
   */
  readonly reconnect?: false | ReconnectOptions;
  /** Silence after which the server counts as lost, milliseconds; it speaks once a second. 5000 if absent. */
  readonly heartbeatTimeoutMs?: number;
  /** How long the first message may take, milliseconds. 15000 if absent. */
  readonly connectTimeoutMs?: number;
  /** Ends the iteration quietly. */
  readonly signal?: AbortSignal | undefined;
  /** What a plain `for await` over analyses does not show: gaps, states, lost connections. */
  readonly onEvent?: (event: SubscriptionEvent) => void;
}

export interface ReconnectOptions extends BackoffOptions {
  /** Give up when no connection was had for so long, milliseconds. Never if absent. */
  readonly giveUpAfterMs?: number;
  /**
   * How long a feed may be missing after a lost connection, milliseconds from the first time the server says so: a
   * server that restarts gets its feeds back one by one. 30000 if absent.
   */
  readonly feedGraceMs?: number;
  /** Try again also when the first connection fails. False if absent. */
  readonly fromStart?: boolean;
}

/** The contract's message. Error: InvalidArgumentError. */
export function configurationOf(
  feedId: string,
  options: SubscribeOptions,
  resumeAfterSequence: bigint | undefined,
): SubscriptionConfiguration {
  const { maxRate, stalenessBudgetMs, maxUnacknowledged, delivery = 'latest' } = options;
  return {
    feedId,
    outputs: outputsOf(options),
    thresholds: thresholdsOf(options),
    maxRate,
    stalenessBudgetMs,
    maxUnacknowledged,
    delivery: chosen('delivery', delivery, DELIVERIES),
    resumeAfterSequence,
  };
}
