import type { ServerOptions } from '@grpc/grpc-js';

/** What clients may ask of the server at a time. */
export interface ServerLimits {
  /** Subscribe calls over all connections. */
  readonly maxSubscriptions: number;
  /** Subscribe calls to one feed. */
  readonly maxSubscriptionsPerFeed: number;
  /** Annotations of one subscription per second, and as many at once. */
  readonly maxAnnotationRate: number;
  /** AnalyzeImage calls in progress over all connections. */
  readonly maxImageCalls: number;
  /** AnalyzeStream calls over all connections. */
  readonly maxPushCalls: number;
  /** A producer is held back to so many bytes per second. */
  readonly maxPushBytesPerSecond: number;
  /** An AnalyzeStream call whose producer sends nothing for so long is ended. */
  readonly maxPushIdleMs: number;
  /** Calls in progress on one connection; more wait at the client. */
  readonly maxStreamsPerConnection: number;
  /** Greatest request, bytes: bounds the pictures of AnalyzeImage. */
  readonly maxRequestBytes: number;
  /** Greatest response, bytes: full-size float heatmaps of 11 classes are 3.6 MB. */
  readonly maxResponseBytes: number;
  /** A connection that was silent for so long is asked whether it is still there. */
  readonly keepaliveMs: number;
  /** It is closed when the answer takes longer. */
  readonly keepaliveTimeoutMs: number;
  /** A connection without a call is closed after so long; 0: never. */
  readonly maxConnectionIdleMs: number;
  /**
   * A connection takes no new calls after so long, give or take a tenth; 0: never. The calls on it end with the next
   * keepalive at the latest, since grpc-js takes its own ping on such a connection for a lost peer (grpc/grpc-node#3068).
   */
  readonly maxConnectionAgeMs: number;
}

export const DEFAULT_SERVER_LIMITS: ServerLimits = {
  maxSubscriptions: 64,
  maxSubscriptionsPerFeed: 64,
  maxAnnotationRate: 10,
  maxImageCalls: 8,
  maxPushCalls: 16,
  maxPushBytesPerSecond: 400 * 2 ** 20,
  maxPushIdleMs: 60_000,
  maxStreamsPerConnection: 128,
  maxRequestBytes: 16 * 2 ** 20,
  maxResponseBytes: 32 * 2 ** 20,
  keepaliveMs: 20_000,
  keepaliveTimeoutMs: 10_000,
  maxConnectionIdleMs: 300_000,
  maxConnectionAgeMs: 0,
};

export function serverOptions(limits: ServerLimits, channelz: boolean): ServerOptions {
  return {
    'grpc.enable_channelz': channelz ? 1 : 0, // it counts every message of every call
    'grpc.max_concurrent_streams': limits.maxStreamsPerConnection,
    'grpc.max_receive_message_length': limits.maxRequestBytes,
    'grpc.max_send_message_length': limits.maxResponseBytes,
    'grpc.keepalive_time_ms': limits.keepaliveMs,
    'grpc.keepalive_timeout_ms': limits.keepaliveTimeoutMs,
    'grpc.keepalive_permit_without_calls': 1,
    ...(limits.maxConnectionIdleMs === 0
      ? {}
      : { 'grpc.max_connection_idle_ms': limits.maxConnectionIdleMs }),
    ...(limits.maxConnectionAgeMs === 0
      ? {}
      : {
          'grpc.max_connection_age_ms': limits.maxConnectionAgeMs,
          'grpc.max_connection_age_grace_ms': limits.keepaliveMs,
        }),
  };
}
