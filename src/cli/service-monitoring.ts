import type { Subscription } from 'rxjs';
import type { Config } from '../config/schema.js';
import type { FeedRegistry } from '../feeds/feed-registry.js';
import type { InferenceEngine } from '../inference/inference-engine.js';
import { EventLoopWatch } from '../observability/event-loop-watch.js';
import { healthPage, readyPage } from '../observability/http/health-pages.js';
import { startMonitoringServer, type MonitoringServer } from '../observability/http/monitoring-server.js';
import type { Logger } from '../observability/logger.js';
import { ServiceMetrics } from '../observability/metrics/service-metrics.js';
import type { ServiceReadings } from '../observability/metrics/service-readings.js';
import type { RpcServer } from '../rpc/server/rpc-server.js';
import { formatAddress } from '../rpc/server/server-address.js';
import { activeFfmpegCount } from '../video/ffmpeg-registry.js';

/** What is watched. */
export interface MonitoredParts {
  readonly feeds: FeedRegistry;
  readonly engine: InferenceEngine;
  readonly rpc: Pick<RpcServer, 'readiness' | 'subscriptions'>;
}

/** Metrics and probes of a service, where the configuration wants them; else nothing at all. */
export class ServiceMonitoring {
  /** Absent where monitoring is off. */
  readonly metrics: ServiceMetrics | undefined;
  private readonly loop: EventLoopWatch | undefined;
  private server: MonitoringServer | undefined;
  private deletions: Subscription | undefined;

  constructor(
    private readonly config: Config['monitoring'],
    private readonly logger: Logger,
  ) {
    if (!config.enabled) return;
    this.metrics = new ServiceMetrics();
    this.loop = new EventLoopWatch();
  }

  /** `host:port` once started. */
  get address(): string | undefined {
    const { server, config } = this;
    return server === undefined ? undefined : formatAddress({ host: config.host, port: server.port });
  }

  /** Error: failed_precondition when the port is taken. */
  async start(parts: MonitoredParts): Promise<void> {
    const { metrics, loop, logger } = this;
    const { host, port } = this.config;
    if (metrics === undefined || loop === undefined) return;
    const { feeds, engine, rpc } = parts;
    this.deletions = feeds.changes().subscribe(({ kind, snapshot }) => {
      if (kind === 'deleted') metrics.forgetFeed(snapshot.settings.id);
    });
    this.server = await startMonitoringServer({
      host,
      port,
      logger,
      pages: {
        '/metrics': async () => ({
          status: 200,
          contentType: metrics.registry.contentType,
          body: await metrics.text(readings(parts)),
        }),
        '/healthz': async () =>
          healthPage({ workers: await engine.probeWorkers(), eventLoopLagMs: loop.worstMs }),
        '/readyz': () => readyPage(rpc.readiness),
      },
    });
    logger.info({ address: this.address }, 'metrics and probes');
  }

  async stop(): Promise<void> {
    this.deletions?.unsubscribe();
    this.loop?.stop();
    await this.server?.close();
  }
}

function readings({ feeds, engine, rpc }: MonitoredParts): ServiceReadings {
  const models = engine.models().map(({ description: { name, version }, provider }) => ({
    name,
    version,
    provider,
  }));
  return {
    ...engine.stats(),
    feeds: feeds.list().map((feed) => feed.snapshot()),
    subscriptions: rpc.subscriptions,
    models,
    ffmpegProcesses: activeFfmpegCount(),
    isReady: rpc.readiness === 'ready',
  };
}
