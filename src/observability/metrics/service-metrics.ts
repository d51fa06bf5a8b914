import { collectDefaultMetrics, Registry } from 'prom-client';
import type { FrameFacts } from '../../domain/frame-analysis.js';
import { EngineMetrics } from './engine-metrics.js';
import { FeedMetrics } from './feed-metrics.js';
import { LatencyMetrics } from './latency-metrics.js';
import type { ServiceReadings } from './service-readings.js';
import { SubscriptionMetrics } from './subscription-metrics.js';

/**
 * Every metric of the service in one registry. Counters are read where they are kept anyway, when somebody scrapes;
 * only latencies are observed frame by frame.
 */
export class ServiceMetrics {
  readonly registry = new Registry();
  private readonly latencies = new LatencyMetrics(this.registry);
  private readonly feeds = new FeedMetrics(this.registry);
  private readonly subscriptions = new SubscriptionMetrics(this.registry);
  private readonly engine = new EngineMetrics(this.registry);

  constructor() {
    collectDefaultMetrics({ register: this.registry });
  }

  /** A frame was analysed and published. */
  analyzed(facts: FrameFacts): void {
    this.latencies.observe(facts);
  }

  /** A feed is gone. */
  forgetFeed(feedId: string): void {
    this.latencies.forgetFeed(feedId);
  }

  /** As Prometheus reads it; `registry.contentType` says which format that is. */
  async text(readings: ServiceReadings): Promise<string> {
    this.feeds.set(readings.feeds);
    this.subscriptions.set(readings.subscriptions);
    this.engine.set(readings);
    return this.registry.metrics();
  }
}
