import type { ServerDuplexStream } from '@grpc/grpc-js';
import { randomUUID } from 'node:crypto';
import { SurgicamError } from '../../domain/errors.js';
import type { ModelDescription } from '../../domain/model-description.js';
import type { Logger } from '../../observability/logger.js';
import { Latch } from '../calls/latch.js';
import { RateLimit } from '../calls/rate-limit.js';
import type { NamedSlots } from '../calls/slots.js';
import type { SubscribeRequest, SubscribeResponse } from '../gen/surgicam/v1/analysis_service.js';
import type { Model } from '../gen/surgicam/v1/model.js';
import type { FeedsPort } from '../ports.js';
import { checkFeedId } from '../requests/feed-settings.js';
import type { AuditedAction, AuditLog } from '../security/audit-log.js';
import { requireFeed, type Caller } from '../security/caller.js';
import { Admission } from './admission.js';
import { Annotator } from './annotator.js';
import { checkConfiguration } from './configuration.js';
import { firstConfiguration } from './first-configuration.js';
import { RequestInbox } from './request-inbox.js';
import { ResponseWriter } from './response-writer.js';
import type { SubscriptionCounters } from './subscription-counters.js';
import { SubscriptionSession } from './subscription-session.js';

export type SubscribeCall = ServerDuplexStream<SubscribeRequest, SubscribeResponse>;

export interface SubscriptionContext {
  readonly feeds: Pick<FeedsPort, 'get' | 'create' | 'discard'>;
  readonly describeModel: (model: ModelDescription) => Model;
  readonly logger: Logger;
  /** Aborted when the server shuts down. */
  readonly draining: AbortSignal;
  readonly counters: SubscriptionCounters;
  /** Bounds the subscriptions to one feed. */
  readonly feedSlots: NamedSlots;
  /** Annotations of one subscription per second. */
  readonly maxAnnotationRate: number;
  readonly audit: AuditLog;
  readonly caller: Caller;
}

/** One Subscribe call from its first message to its end; gives everything back however it ends. */
export async function serveSubscription(
  call: SubscribeCall,
  signal: AbortSignal,
  context: SubscriptionContext,
): Promise<void> {
  const { feeds, describeModel, logger, draining, counters, feedSlots, audit, caller } = context;
  const action: AuditedAction = { action: 'Subscribe' };
  const latch = new Latch();
  const inbox = new RequestInbox<SubscribeRequest>(call, latch.notify);
  draining.addEventListener('abort', latch.notify);
  const cleanUp: (() => void)[] = [() => draining.removeEventListener('abort', latch.notify)];
  try {
    const first = await firstConfiguration(inbox, latch, signal, draining);
    if (first === undefined) return;
    checkFeedId('configure.feed_id', first.feedId);
    action.feed = first.feedId;
    requireFeed(caller, first.feedId);
    const feed = feeds.get(first.feedId);
    action.model = feed.model.name;
    cleanUp.push(feedSlots.take(feed.id));
    const configuration = checkConfiguration(first, feed.model);
    const { recipe, delivery, resumeAfterSequence } = configuration;
    const subscription = feed.subscribe({
      recipe,
      delivery,
      ...(resumeAfterSequence === undefined ? {} : { resumeAfterSequence }),
    });
    cleanUp.push(() => subscription.close(), subscription.onItem(latch.notify));
    cleanUp.push(counters.open(feed.id));
    const admission = new Admission(counters);
    const writer = new ResponseWriter(call, signal, () => admission.takeSkipped(), latch.notify);
    cleanUp.push(() => writer.close());
    const id = randomUUID();
    action.sessionId = id;
    const log = logger.child({ sessionId: id, feedId: feed.id });
    log.info({ delivery }, 'subscription began');
    audit.write(caller, action, 'begun');
    let failure: string | undefined;
    cleanUp.push(() => log.info({ cancelled: signal.aborted, code: failure }, 'subscription ended'));
    const { annotations } = subscription;
    const rate = new RateLimit('maxAnnotationRate', context.maxAnnotationRate, performance.now());
    const annotator = new Annotator({ feed, annotations, caller, audit, rate, counters });
    const parts = {
      annotator,
      id,
      feed,
      describeModel,
      subscription,
      configuration,
      inbox,
      writer,
      admission,
      counters,
    };
    await new SubscriptionSession({ ...parts, latch, signal, draining }).run().catch((error: unknown) => {
      failure = SurgicamError.from(error).code;
      throw error;
    });
    audit.write(caller, action, signal.aborted ? 'cancelled' : 'ok');
  } catch (error) {
    audit.write(caller, action, SurgicamError.from(error).code);
    throw error;
  } finally {
    for (const undo of cleanUp) undo();
  }
}
