import { resolveRecipe, type KeyedRecipe } from '../../domain/analysis-recipe.js';
import { SurgicamError } from '../../domain/errors.js';
import type { ModelDescription } from '../../domain/model-description.js';
import { Delivery, type SubscriptionConfiguration } from '../gen/surgicam/v1/analysis_service.js';
import { toRecipeWish } from '../requests/analysis-wish.js';
import { checkEnum } from '../requests/field-checks.js';

export type DeliveryMode = 'latest' | 'every_frame';

/** A `configure` message, checked against the feed's model. */
export interface CheckedConfiguration {
  readonly recipe: KeyedRecipe;
  readonly float16: boolean;
  /** Analyses per second; absent: as many as there are. */
  readonly maxRate?: number;
  /** Milliseconds; absent: nothing is too old. */
  readonly stalenessBudgetMs?: number;
  readonly delivery: DeliveryMode;
  readonly resumeAfterSequence?: number;
  /** Most analyses sent and not acknowledged; absent: no limit. */
  readonly maxUnacknowledged?: number;
}

const MAX_RATE = 1000;
const MAX_WINDOW = 1024;

const DELIVERIES = new Map<Delivery, DeliveryMode>([
  [Delivery.UNSPECIFIED, 'latest'],
  [Delivery.LATEST, 'latest'],
  [Delivery.EVERY_FRAME, 'every_frame'],
]);

export function checkConfiguration(
  message: SubscriptionConfiguration,
  model: ModelDescription,
): CheckedConfiguration {
  const { outputs, thresholds, maxRate, stalenessBudgetMs, maxUnacknowledged } = message;
  const recipe = resolveRecipe(toRecipeWish('configure.', outputs, thresholds, model), model);
  if (maxRate !== undefined && !(maxRate > 0 && maxRate <= MAX_RATE)) {
    throw SurgicamError.invalidField(
      'configure.max_rate',
      maxRate,
      `above 0, at most ${MAX_RATE} per second`,
    );
  }
  if (stalenessBudgetMs === 0) {
    throw SurgicamError.invalidField('configure.staleness_budget_ms', 0, '1 or more, or left out');
  }
  if (maxUnacknowledged !== undefined && !(maxUnacknowledged >= 1 && maxUnacknowledged <= MAX_WINDOW)) {
    throw SurgicamError.invalidField(
      'configure.max_unacknowledged',
      maxUnacknowledged,
      `1 to ${MAX_WINDOW}, or left out`,
    );
  }
  const resumeAfterSequence = checkSequence(message.resumeAfterSequence);
  return {
    recipe,
    float16: outputs?.regionFeatures?.float16 ?? false,
    delivery: checkEnum('configure.delivery', message.delivery, DELIVERIES),
    ...(maxRate === undefined ? {} : { maxRate }),
    ...(stalenessBudgetMs === undefined ? {} : { stalenessBudgetMs }),
    ...(maxUnacknowledged === undefined ? {} : { maxUnacknowledged }),
    ...(resumeAfterSequence === undefined ? {} : { resumeAfterSequence }),
  };
}

/** Checks a later `configure` of a call: what it may not change, it must repeat. */
export function checkReconfiguration(
  message: SubscriptionConfiguration,
  feedId: string,
  delivery: DeliveryMode,
): void {
  if (message.feedId !== feedId) {
    const allowed = `'${feedId}' as before; another feed needs another call`;
    throw SurgicamError.invalidField('configure.feed_id', message.feedId, allowed);
  }
  if (message.delivery !== Delivery.UNSPECIFIED && DELIVERIES.get(message.delivery) !== delivery) {
    throw SurgicamError.invalidField('configure.delivery', message.delivery, 'as before within a call');
  }
  if (message.resumeAfterSequence !== undefined) {
    throw SurgicamError.invalidField(
      'configure.resume_after_sequence',
      message.resumeAfterSequence,
      'absent after the first configuration',
    );
  }
}

function checkSequence(sequence: bigint | undefined): number | undefined {
  if (sequence === undefined) return undefined;
  if (sequence > BigInt(Number.MAX_SAFE_INTEGER)) {
    throw SurgicamError.invalidField(
      'configure.resume_after_sequence',
      sequence,
      `0 to ${Number.MAX_SAFE_INTEGER}`,
    );
  }
  return Number(sequence);
}
