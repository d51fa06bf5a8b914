import { SurgicamError } from '../../domain/errors.js';
import type {
  Annotate,
  AnnotationReceipt,
  SubscribeRequest,
  SubscribeResponse,
} from '../../rpc/gen/surgicam/v1/analysis_service.js';
import { fromCallError } from './call-error.js';
import { subscriptionTo } from './follow-feed.js';
import type { ServiceClient } from './service-client.js';

/**
 * Says something about a frame to those who follow the feed; resolves when the service has taken it. Errors: the
 * translated status of the call; failed_precondition when the feed is over.
 */
export async function annotateFrame(
  client: ServiceClient,
  feedId: string,
  /** `newest`: the next frame that is analysed. */
  sequence: bigint | 'newest',
  content: NonNullable<Annotate['content']>,
  stop: AbortSignal,
): Promise<AnnotationReceipt> {
  const call = client.analysis.subscribe();
  const cancel = (): void => call.cancel();
  stop.addEventListener('abort', cancel);
  call.on('error', () => undefined); // the iteration below reports it
  const send = (request: NonNullable<SubscribeRequest['request']>): boolean => call.write({ request });
  try {
    send({ $case: 'configure', value: subscriptionTo(feedId) });
    let wanted = sequence === 'newest' ? undefined : sequence;
    if (wanted !== undefined) send({ $case: 'annotate', value: { sequence: wanted, content } });
    for await (const message of call) {
      const { response } = message as SubscribeResponse;
      if (response?.$case === 'annotationReceipt') return response.value;
      if (wanted !== undefined || response?.$case !== 'frameAnalysis') continue;
      wanted = response.value.sequence;
      send({ $case: 'annotate', value: { sequence: wanted, content } });
    }
  } catch (thrown) {
    throw fromCallError(thrown, client.address);
  } finally {
    stop.removeEventListener('abort', cancel);
    call.cancel();
  }
  throw new SurgicamError('failed_precondition', `feed '${feedId}' is over; nobody follows it any more`);
}
