import type { ModelDescription } from '../../domain/model-description.js';
import { streaming, unary, type CallScope } from '../calls/handlers.js';
import { NamedSlots, Slots } from '../calls/slots.js';
import type { AnalysisServiceServer } from '../gen/surgicam/v1/analysis_service.js';
import type { EnginePort, FeedsPort } from '../ports.js';
import type { ServerLimits } from '../server/server-limits.js';
import { servePush, type AnalyzeStreamCall } from '../push/serve-push.js';
import { serveSubscription, type SubscribeCall } from '../subscription/serve-subscription.js';
import type { SubscriptionCounters } from '../subscription/subscription-counters.js';
import { analyzeImage } from './analyze-image.js';
import type { ModelDirectory } from './model-directory.js';

export interface AnalysisServiceParts {
  readonly feeds: FeedsPort;
  readonly models: ModelDirectory;
  readonly engine: EnginePort;
  readonly limits: ServerLimits;
  readonly counters: SubscriptionCounters;
}

export function createAnalysisService(
  scope: CallScope,
  { feeds, models, engine, limits, counters }: AnalysisServiceParts,
): AnalysisServiceServer {
  const subscriptions = new Slots('maxSubscriptions', limits.maxSubscriptions);
  const images = new Slots('maxImageCalls', limits.maxImageCalls);
  const pushes = new Slots('maxPushCalls', limits.maxPushCalls);
  const context = {
    feeds,
    describeModel: (model: ModelDescription) => models.describeInUse(model),
    logger: scope.logger,
    draining: scope.calls.draining,
    counters,
    audit: scope.audit,
    maxAnnotationRate: limits.maxAnnotationRate,
    feedSlots: new NamedSlots('maxSubscriptionsPerFeed', limits.maxSubscriptionsPerFeed),
  };
  return {
    subscribe: streaming(scope, (call: SubscribeCall, caller, signal) =>
      holding(subscriptions, () => serveSubscription(call, signal, { ...context, caller })),
    ),
    analyzeStream: streaming(scope, (call: AnalyzeStreamCall, caller, signal) =>
      holding(pushes, () => servePush(call, signal, { ...context, caller, models, limits })),
    ),
    analyzeImage: unary(scope, (request, caller) =>
      scope.audit.watch(caller, { action: 'AnalyzeImage', model: models.nameOf(request.modelName) }, () =>
        holding(images, () => analyzeImage(request, models, engine)),
      ),
    ),
  };
}

async function holding<T>(slots: Slots, work: () => Promise<T>): Promise<T> {
  const release = slots.take();
  try {
    return await work();
  } finally {
    release();
  }
}
