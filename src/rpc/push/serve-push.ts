import type { ServerDuplexStream } from '@grpc/grpc-js';
import { randomUUID } from 'node:crypto';
import { resolveRecipe } from '../../domain/analysis-recipe.js';
import { SurgicamError } from '../../domain/errors.js';
import type { ModelDescription } from '../../domain/model-description.js';
import { openPushChannel } from '../../feeds/pushed-input.js';
import { UnreadGate } from '../../flow/unread-gate.js';
import { Latch } from '../calls/latch.js';
import type {
  AnalyzeStreamConfiguration,
  AnalyzeStreamRequest,
  AnalyzeStreamResponse,
} from '../gen/surgicam/v1/analysis_service.js';
import type { FeedPort } from '../ports.js';
import { toRecipeWish } from '../requests/analysis-wish.js';
import { toPushedFeed } from '../requests/push-settings.js';
import type { AuditedAction } from '../security/audit-log.js';
import { requireFeed } from '../security/caller.js';
import type { ServerLimits } from '../server/server-limits.js';
import type { ModelDirectory } from '../services/model-directory.js';
import { Admission } from '../subscription/admission.js';
import { firstConfiguration } from '../subscription/first-configuration.js';
import { RequestInbox } from '../subscription/request-inbox.js';
import { ResponseWriter } from '../subscription/response-writer.js';
import type { SubscriptionContext } from '../subscription/serve-subscription.js';
import { SubscriptionSession } from '../subscription/subscription-session.js';
import { ByteRate } from './byte-rate.js';
import { pumpVideo } from './push-pump.js';
import { readingOpensGate } from './reading-opens-gate.js';

export type AnalyzeStreamCall = ServerDuplexStream<AnalyzeStreamRequest, AnalyzeStreamResponse>;

export interface PushContext extends SubscriptionContext {
  readonly models: ModelDirectory;
  readonly limits: Pick<ServerLimits, 'maxPushBytesPerSecond' | 'maxPushIdleMs'>;
}

/** What a producer sends after its configuration is video, and is carried elsewhere. */
const NO_REQUESTS = { take: () => undefined, ended: false } as const;

/** Analyses that may wait for the producer to read them before its video is held back. */
const MAX_UNREAD = 16;

/**
 * One AnalyzeStream call: the producer's video becomes a feed of its own, which is followed as by a subscription and
 * is gone with the call, however that ends.
 */
export async function servePush(
  call: AnalyzeStreamCall,
  signal: AbortSignal,
  context: PushContext,
): Promise<void> {
  const { audit, caller, draining } = context;
  const action: AuditedAction = { action: 'AnalyzeStream' };
  const latch = new Latch();
  const inbox = new RequestInbox<AnalyzeStreamRequest>(call, latch.notify);
  draining.addEventListener('abort', latch.notify);
  try {
    const first = await firstConfiguration(inbox, latch, signal, draining);
    if (first !== undefined) await analyzePushed(first, { call, signal, context, inbox, latch, action });
    audit.write(caller, action, signal.aborted ? 'cancelled' : 'ok');
  } catch (error) {
    audit.write(caller, action, SurgicamError.from(error).code);
    throw error;
  } finally {
    draining.removeEventListener('abort', latch.notify);
  }
}

interface OpenPush {
  readonly call: AnalyzeStreamCall;
  readonly signal: AbortSignal;
  readonly context: PushContext;
  readonly inbox: RequestInbox<AnalyzeStreamRequest>;
  readonly latch: Latch;
  readonly action: AuditedAction;
}

async function analyzePushed(first: AnalyzeStreamConfiguration, push: OpenPush): Promise<void> {
  const { call, signal, context, inbox, latch, action } = push;
  const { models, feeds, caller, counters, audit } = context;
  const { description } = models.find(first.modelName);
  action.model = description.name;
  const settings = toPushedFeed(first, description.name);
  const isListed = first.feedId !== '';
  if (isListed) {
    action.feed = settings.id;
    requireFeed(caller, settings.id);
  }
  const recipeFor = (model: ModelDescription) =>
    resolveRecipe(toRecipeWish('configure.', first.outputs, first.thresholds, model), model);
  recipeFor(description); // a bad wish is refused before there is a feed
  const channel = openPushChannel(settings.source.push);
  channel.on('error', () => undefined); // who writes to it or reads it hears of it there
  const everyFrame = settings.pacing === 'every_frame';
  const unread = new UnreadGate(MAX_UNREAD);
  const feed = await feeds.create(settings, {
    video: channel,
    isListed,
    ...(everyFrame ? { unread } : {}),
  });
  const id = randomUUID();
  action.sessionId = id;
  const log = context.logger.child({ sessionId: id, feedId: feed.id });
  const over = new AbortController();
  const live = AbortSignal.any([signal, over.signal]);
  const cleanUp: (() => void)[] = [];
  try {
    const delivery = everyFrame ? 'every_frame' : 'latest';
    const recipe = recipeFor(feed.model);
    const followed = feed.subscribe({ recipe, delivery });
    const subscription = everyFrame ? readingOpensGate(followed, unread) : followed;
    const sessionLatch = new Latch();
    context.draining.addEventListener('abort', sessionLatch.notify);
    cleanUp.push(
      () => context.draining.removeEventListener('abort', sessionLatch.notify),
      () => subscription.close(),
      subscription.onItem(sessionLatch.notify),
      ...(isListed ? [counters.open(feed.id)] : []),
    );
    const admission = new Admission(counters);
    const writer = new ResponseWriter(call, live, () => admission.takeSkipped(), sessionLatch.notify);
    cleanUp.push(() => writer.close());
    log.info({ format: settings.source.push.format }, 'push began');
    audit.write(caller, action, 'begun');
    let failure: SurgicamError | undefined;
    const { maxPushBytesPerSecond, maxPushIdleMs } = context.limits;
    const pumping = pumpVideo(
      {
        inbox,
        latch,
        channel,
        format: settings.source.push.format,
        rate: new ByteRate(maxPushBytesPerSecond),
        idleMs: maxPushIdleMs,
      },
      live,
    ).catch((error: unknown) => {
      failure = SurgicamError.from(error);
      over.abort();
    });
    const float16 = first.outputs?.regionFeatures?.float16 ?? false;
    const session = new SubscriptionSession({
      id,
      feed,
      describeModel: context.describeModel,
      subscription,
      configuration: { recipe, delivery, float16 },
      inbox: NO_REQUESTS,
      writer,
      admission,
      counters,
      latch: sessionLatch,
      signal: live,
      draining: context.draining,
    });
    await session.run().catch((error: unknown) => {
      throw videoFailure(feed) ?? error;
    });
    over.abort();
    await pumping;
    if (failure !== undefined) throw failure;
  } finally {
    over.abort();
    for (const undo of cleanUp) undo();
    channel.destroy();
    await feeds.discard(feed);
    log.info({ cancelled: signal.aborted }, 'push ended');
  }
}

/** Why the feed failed, as its producer should hear it: by whose fault. */
function videoFailure(feed: FeedPort): SurgicamError | undefined {
  const { state } = feed.snapshot();
  if (state.kind !== 'failed' || state.code !== 'invalid_argument') return undefined;
  const description = state.reason;
  return new SurgicamError('invalid_argument', description, {
    violations: [{ field: 'chunk', description }],
  });
}
