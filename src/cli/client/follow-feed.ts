import type {
  SubscribeResponse,
  SubscriptionConfiguration,
} from '../../rpc/gen/surgicam/v1/analysis_service.js';
import { Delivery } from '../../rpc/gen/surgicam/v1/analysis_service.js';
import { fromCallError, isCancelled } from './call-error.js';
import type { ServiceClient } from './service-client.js';

/** A configuration in which everything optional is absent. */
export function subscriptionTo(
  feedId: string,
  wish: Partial<SubscriptionConfiguration> = {},
): SubscriptionConfiguration {
  return {
    feedId,
    outputs: undefined,
    thresholds: undefined,
    maxRate: undefined,
    stalenessBudgetMs: undefined,
    delivery: Delivery.LATEST,
    resumeAfterSequence: undefined,
    maxUnacknowledged: undefined,
    ...wish,
  };
}

/**
 * Follows a feed over a bidirectional call until the server ends it or `stop` is aborted; both end the iteration.
 * Reading slowly holds the server back, not this process. Error: the translated status of the call.
 */
export async function* followFeed(
  client: ServiceClient,
  configuration: SubscriptionConfiguration,
  stop: AbortSignal,
): AsyncGenerator<SubscribeResponse, void, undefined> {
  if (stop.aborted) return;
  const call = client.analysis.subscribe();
  const cancel = (): void => call.cancel();
  stop.addEventListener('abort', cancel);
  // The cancellation below is reported as an error to nobody.
  call.on('error', () => undefined);
  try {
    call.write({ request: { $case: 'configure', value: configuration } });
    for await (const response of call) yield response as SubscribeResponse;
  } catch (thrown) {
    if (isCancelled(thrown)) return; // by `stop`: the server ends no call so
    throw fromCallError(thrown, client.address);
  } finally {
    stop.removeEventListener('abort', cancel);
    call.cancel();
  }
}
