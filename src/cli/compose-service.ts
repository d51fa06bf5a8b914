import { fileURLToPath } from 'node:url';
import type { Config } from '../config/schema.js';
import { SurgicamError } from '../domain/errors.js';
import type { FrameFacts } from '../domain/frame-analysis.js';
import { FeedRegistry } from '../feeds/feed-registry.js';
import type { ModelReload } from '../feeds/model-reload.js';
import { ModelReloader } from '../feeds/model-reloader.js';
import { ModelRepository } from '../models/model-repository.js';
import type { Logger } from '../observability/logger.js';
import type { FrameTracer } from '../observability/tracing/frame-tracer.js';
import { startFrameTracer } from '../observability/tracing/start-frame-tracer.js';
import type { AuthOptions } from '../rpc/security/open-security.js';
import type { TlsFiles } from '../rpc/security/tls-files.js';
import { formatAddress } from '../rpc/server/server-address.js';
import { startRpcServer, type RpcServer } from '../rpc/server/rpc-server.js';
import type { FfmpegInstallation } from '../video/locate-ffmpeg.js';
import { ServiceMonitoring, type MonitoredParts } from './service-monitoring.js';
import { announceFfmpeg, startEngine } from './start-engine.js';
import { endAtOnce } from './stop-signal.js';

/** A running service. */
export interface Service {
  /** `host:port` as a client writes it. */
  readonly address: string;
  /** `host:port` of metrics and probes; absent where they are off. */
  readonly monitoringAddress?: string;
  /** Absent where there is none: then no video can be read. */
  readonly ffmpeg?: FfmpegInstallation;
  /** Resolves when the default model has run its warm-up, with what runs it; rejects when nothing can. */
  readonly ready: Promise<{ readonly model: string; readonly provider: string }>;
  /** Serves what the model folders hold now; see ModelReloader. */
  reloadModels(): Promise<readonly ModelReload[]>;
  /**
   * Health turns NOT_SERVING, feeds stop, subscribers get what was analysed. Resolves when the port is closed and
   * neither an ffmpeg nor a worker is left.
   */
  stop(): Promise<void>;
}

/** The models that come with the program. */
const SHIPPED_MODELS = fileURLToPath(new URL('../../../models', import.meta.url));

/** Builds the service from its parts, in the order in which video flows through them. */
export async function startService(config: Config, logger: Logger): Promise<Service> {
  const ffmpeg = await findFfmpeg(config, logger);
  const models = await openModels(config);
  const defaultModel = models.get(config.models.default ?? models.list()[0]!.manifest.name);
  const engine = startEngine(config, logger);
  const monitoring = new ServiceMonitoring(config.monitoring, logger);
  const tracer = await startFrameTracer({ ...config.tracing, logger });
  const feeds = new FeedRegistry({
    engine,
    models,
    logger,
    ...feedOptions(config),
    ...onAnalyzed(monitoring, tracer),
    ...(ffmpeg === undefined ? {} : { ffmpegPath: ffmpeg.path }),
  });
  const warmUp = engine.load(defaultModel);
  warmUp.catch(() => undefined); // it is `ready` that tells
  const reloader = new ModelReloader({
    repository: models,
    engine,
    feeds,
    logger,
    defaultModel: defaultModel.manifest.name,
    warmUp,
  });
  let rpc: RpcServer | undefined;
  try {
    rpc = await startRpcServer({
      ...serverOptions(config),
      feeds,
      engine,
      models,
      reloader,
      logger,
      ...(config.log.audit ? { auditLogger: logger } : {}),
      defaultModel: defaultModel.manifest.name,
      warmUp,
      canRun: engine.canRun,
    });
    await monitoring.start({ feeds, engine, rpc });
    const parts = { rpc, feeds, engine, monitoring, tracer };
    const address = formatAddress({ host: config.server.host, port: rpc.port });
    logger.info({ address }, 'listening');
    return {
      address,
      ...(ffmpeg === undefined ? {} : { ffmpeg }),
      ready: warmUp.then(({ provider, description }) => {
        const model = description.name;
        logger.info({ address, model, provider }, 'serving');
        return { model, provider };
      }),
      ...(monitoring.address === undefined ? {} : { monitoringAddress: monitoring.address }),
      reloadModels: () => reloader.reload(),
      stop: () => stopInOrder(config, parts, logger),
    };
  } catch (error) {
    await monitoring.stop();
    await rpc?.drain(0);
    await tracer?.close();
    await engine.close();
    throw error;
  }
}

async function openModels({ models }: Config): Promise<ModelRepository> {
  const folders = models.directories.length > 0 ? models.directories : [SHIPPED_MODELS];
  const repository = await ModelRepository.open(folders);
  if (repository.list().length > 0) return repository;
  throw new SurgicamError(
    'failed_precondition',
    `there is no model package in ${folders.join(', ')}; make one with 'surgicam model import'`,
  );
}

/** The synthetic scene and pictures need no ffmpeg, so a service without one is poorer but alive. */
async function findFfmpeg(config: Config, logger: Logger): Promise<FfmpegInstallation | undefined> {
  try {
    return await announceFfmpeg(config, logger);
  } catch (error) {
    if (config.video.ffmpegFile !== null) throw error;
    logger.warn({ reason: SurgicamError.from(error).message }, 'there is no ffmpeg: no video can be read');
    return undefined;
  }
}

interface ServiceParts extends MonitoredParts {
  readonly rpc: RpcServer;
  readonly monitoring: ServiceMonitoring;
  readonly tracer: FrameTracer | undefined;
}

/** Whoever wants to hear of every analysis; nobody where neither metrics nor traces are wanted. */
function onAnalyzed({ metrics }: ServiceMonitoring, tracer: FrameTracer | undefined) {
  const listeners = [
    ...(metrics === undefined ? [] : [(facts: FrameFacts) => metrics.analyzed(facts)]),
    ...(tracer === undefined ? [] : [(facts: FrameFacts) => tracer.published(facts)]),
  ];
  if (listeners.length === 0) return {};
  return { onAnalyzed: (facts: FrameFacts) => listeners.forEach((listen) => listen(facts)) };
}

async function stopInOrder(
  { server }: Config,
  { rpc, feeds, engine, monitoring, tracer }: ServiceParts,
  logger: Logger,
): Promise<void> {
  logger.info('stopping');
  const drained = rpc.drain(server.drainDeadlineMs);
  await feeds.close();
  await drained;
  await engine.close();
  await tracer?.close();
  await monitoring.stop(); // last: probes see the draining to its end
  logger.info('stopped');
  if (engine.stats().workersHung > 0) {
    logger.error('an inference worker is still inside a run and cannot be ended: the process is killed');
    endAtOnce();
  }
}

function feedOptions({ feeds, video }: Config) {
  return {
    maxFeeds: feeds.maxFeeds,
    history: { events: feeds.historyFrames, bytes: feeds.historyMegabytes * 2 ** 20 },
    stallAfterMs: feeds.stallAfterMs,
    frozenAfterMs: feeds.frozenAfterMs,
    idleRate: feeds.idleRate,
    reconnect: {
      initialDelayMs: feeds.reconnectFirstDelayMs,
      maxDelayMs: feeds.reconnectLongestDelayMs,
      maxAttempts: feeds.reconnectMaxAttempts,
    },
    recipes: {
      maxRecipes: feeds.maxRecipes,
      maxExpensiveRecipes: feeds.maxExpensiveRecipes,
      lingerMs: feeds.recipeLingerMs,
    },
    drainTimeoutMs: feeds.drainTimeoutMs,
    silenceAfterMs: video.silenceAfterMs,
    sourceLimits: {
      addresses: { allowLoopback: video.allowLoopback, allowedHosts: video.allowedHosts },
      maxPixels: video.maxPixels,
      ...(video.maxMemoryMegabytes === 0 ? {} : { maxMemoryBytes: video.maxMemoryMegabytes * 2 ** 20 }),
    },
  };
}

function serverOptions({ server, auth, video }: Config) {
  return {
    host: server.host,
    port: server.port,
    insecure: server.insecure,
    reloadMs: server.reloadMs,
    channelz: server.channelz,
    ...tlsOptions(server),
    auth: authOptions(auth),
    ...(video.mediaRoot === null ? {} : { mediaRoot: video.mediaRoot }),
    limits: {
      ...server,
      maxRequestBytes: server.maxRequestMegabytes * 2 ** 20,
      maxResponseBytes: server.maxResponseMegabytes * 2 ** 20,
      maxPushBytesPerSecond: server.maxPushMegabytesPerSecond * 2 ** 20,
    },
    drainGraceMs: server.drainGraceMs,
  };
}

function tlsOptions(server: Config['server']): { readonly tls?: TlsFiles } {
  const { tlsCertificateFile: certFile, tlsKeyFile: keyFile, tlsClientCaFile: clientCaFile } = server;
  if (certFile === null || keyFile === null) return {};
  const clients = clientCaFile === null ? {} : { clientCaFile };
  return { tls: { certFile, keyFile, ...clients, clientCertificates: server.tlsClientCertificates } };
}

function authOptions(auth: Config['auth']): AuthOptions {
  const { tokensFile, jwks, jwtIssuer: issuer, jwtAudience: audience } = auth;
  const { jwtClockToleranceMs: clockToleranceMs, jwtFeedsClaim: feedsClaim } = auth;
  return {
    certificateScopes: auth.clientCertificateScopes,
    ...(tokensFile === null ? {} : { tokensFile }),
    ...(jwks === null || issuer === null || audience === null
      ? {}
      : { jwt: { jwks, issuer, audience, clockToleranceMs, feedsClaim } }),
  };
}
