import {
  getChannelzHandlers,
  getChannelzServiceDefinition,
  Server,
  type ServerCredentials,
  type ServerInterceptor,
} from '@grpc/grpc-js';
import { ReflectionService } from '@grpc/reflection';
import type { Observable } from 'rxjs';
import { SurgicamError } from '../../domain/errors.js';
import type { ReadinessState } from '../../observability/http/health-pages.js';
import type { Logger } from '../../observability/logger.js';
import type { CallScope } from '../calls/handlers.js';
import { acceptingEncoded } from '../calls/encoded-response.js';
import { OpenCalls } from '../calls/open-calls.js';
import { tolerant } from '../calls/tolerant-definition.js';
import { AnalysisServiceService } from '../gen/surgicam/v1/analysis_service.js';
import { FeedServiceService } from '../gen/surgicam/v1/feed_service.js';
import { ModelServiceService } from '../gen/surgicam/v1/model_service.js';
import type { EnginePort, FeedsPort, ModelsPort, ReloaderPort } from '../ports.js';
import { SubscriptionCounters } from '../subscription/subscription-counters.js';
import { createAnalysisService } from '../services/analysis-service.js';
import { createFeedService } from '../services/feed-service.js';
import { ModelDirectory } from '../services/model-directory.js';
import { createModelService } from '../services/model-service.js';
import { AuditLog } from '../security/audit-log.js';
import { authInterceptor } from '../security/auth-interceptor.js';
import { openSecurity, type Security, type SecurityOptions } from '../security/open-security.js';
import { logGrpc } from './grpc-logger.js';
import { Health } from './health.js';
import { Readiness } from './readiness.js';
import { loadContract } from './proto-files.js';
import { formatAddress, type ServerAddress } from './server-address.js';
import { DEFAULT_SERVER_LIMITS, serverOptions, type ServerLimits } from './server-limits.js';
import { shutDown } from './shutdown.js';

export interface RpcServerOptions extends ServerAddress, SecurityOptions {
  readonly feeds: FeedsPort;
  readonly engine: EnginePort;
  readonly models: ModelsPort;
  /** If absent, the models are fixed. */
  readonly reloader?: ReloaderPort;
  /** Where the audit goes. If absent, there is none. */
  readonly auditLogger?: Logger;
  /** Those that are absent are as in DEFAULT_SERVER_LIMITS. */
  readonly limits?: Partial<ServerLimits>;
  /** Model of requests that name none. If absent, the first by name. */
  readonly defaultModel?: string;
  /** Files that clients may have played lie below this folder. If absent, clients may have no file played. */
  readonly mediaRoot?: string;
  /** When draining: how long the streams of others, such as a health watcher, may hold up the end. 500 if absent. */
  readonly drainGraceMs?: number;
  /** Serve `grpc.channelz.v1` to administrators. If absent, false. */
  readonly channelz?: boolean;
  /** Health says NOT_SERVING until it is resolved: the first model's warm-up. If absent, serving at once. */
  readonly warmUp?: Promise<unknown>;
  /** Health says NOT_SERVING while it is false: no inference worker is there. If absent, there always is one. */
  readonly canRun?: Observable<boolean>;
}

export interface RpcServer {
  /** The port listened on. */
  readonly port: number;
  /** What health goes by: the model is warm, a worker is there, and the server does not drain. */
  readonly readiness: ReadinessState;
  /** What the subscriptions did so far. */
  readonly subscriptions: SubscriptionCounters;
  /**
   * Ends the server within the deadline. Health turns NOT_SERVING and new calls are answered UNAVAILABLE at once. Calls
   * in progress may finish; a subscription does when its feed is closed and it has delivered what was analysed,
   * so close the feeds meanwhile. What is left at the deadline is cut off.
   */
  drain(deadlineMs: number): Promise<void>;
}

const SERVICE_NAMES = ['FeedService', 'AnalysisService', 'ModelService'].map((name) => `surgicam.v1.${name}`);

const DEFAULT_DRAIN_GRACE_MS = 500;

/** Starts the gRPC services. Errors: failed_precondition when the address is taken or may not be used. */
export async function startRpcServer(options: RpcServerOptions): Promise<RpcServer> {
  logGrpc(options.logger);
  const security = await openSecurity(options);
  return serveBehind(security, options).catch((error: unknown) => {
    security.close();
    throw error;
  });
}

async function serveBehind(security: Security, options: RpcServerOptions): Promise<RpcServer> {
  const { logger } = options;
  const audit = new AuditLog(options.auditLogger);
  const guard: ServerInterceptor = authInterceptor(security.authenticator, audit, logger);
  const limits = { ...DEFAULT_SERVER_LIMITS, ...options.limits };
  const { channelz = false } = options;
  const server = new Server({ ...serverOptions(limits, channelz), interceptors: [guard] });
  const calls = new OpenCalls();
  const subscriptions = new SubscriptionCounters();
  addServices(server, { calls, logger, audit }, options, limits, subscriptions);
  const health = new Health(SERVICE_NAMES);
  health.addTo(server);
  if (channelz) server.addService(getChannelzServiceDefinition(), getChannelzHandlers());
  new ReflectionService(loadContract(channelz)).addToServer(server);
  const port = await bind(server, options, security.credentials);
  const readiness = new Readiness(health, logger);
  void Promise.resolve(options.warmUp).then(
    () => readiness.warm(),
    (err: unknown) => logger.error({ err }, 'no model could be warmed up; health stays NOT_SERVING'),
  );
  const workers = options.canRun?.subscribe((can) => readiness.workers(can));
  return {
    port,
    get readiness() {
      return readiness.state;
    },
    subscriptions,
    drain: async (deadlineMs) => {
      const deadline = performance.now() + deadlineMs;
      workers?.unsubscribe();
      readiness.drain();
      calls.drain();
      await calls.whenIdle(AbortSignal.timeout(deadlineMs));
      const graceMs = Math.min(options.drainGraceMs ?? DEFAULT_DRAIN_GRACE_MS, deadline - performance.now());
      await shutDown(server, Math.max(0, graceMs));
      security.close();
    },
  };
}

function addServices(
  server: Server,
  scope: CallScope,
  { feeds, engine, models: repository, reloader, defaultModel, mediaRoot }: RpcServerOptions,
  limits: ServerLimits,
  counters: SubscriptionCounters,
): void {
  const models = new ModelDirectory(repository, engine, defaultModel);
  const playable = mediaRoot === undefined ? {} : { mediaRoot };
  server.addService(tolerant(FeedServiceService), createFeedService(scope, { feeds, models, ...playable }));
  server.addService(
    tolerant(acceptingEncoded(AnalysisServiceService)),
    createAnalysisService(scope, { feeds, models, engine, limits, counters }),
  );
  server.addService(tolerant(ModelServiceService), createModelService(scope, models, reloader));
}

async function bind(server: Server, address: ServerAddress, credentials: ServerCredentials): Promise<number> {
  const target = formatAddress(address);
  return new Promise((resolve, reject) => {
    server.bindAsync(target, credentials, (cause, port) => {
      if (cause === null) resolve(port);
      else
        reject(
          new SurgicamError('failed_precondition', `cannot listen on ${target}: ${cause.message}`, { cause }),
        );
    });
  });
}
