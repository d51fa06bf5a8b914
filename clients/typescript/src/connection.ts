import {
  credentials,
  InterceptingCall,
  type ChannelCredentials,
  type ClientOptions,
  type Interceptor,
} from '@grpc/grpc-js';
import { setMaxListeners } from 'node:events';
import { isIPv6 } from 'node:net';
import { AnalysisServiceClient } from '../../../src/rpc/gen/surgicam/v1/analysis_service.js';
import { FeedServiceClient } from '../../../src/rpc/gen/surgicam/v1/feed_service.js';
import { ModelServiceClient } from '../../../src/rpc/gen/surgicam/v1/model_service.js';
import { HealthClient } from './calls/health-client.js';
import { InvalidArgumentError } from './errors.js';

/** PEM texts; what is absent is the machine's own trust, or nothing shown. */
export interface TlsOptions {
  /** Certificate authority that signed the service's certificate. */
  readonly ca?: string | Uint8Array;
  /** Certificate to show to the service; with `key`. */
  readonly cert?: string | Uint8Array;
  /** Key of that certificate. */
  readonly key?: string | Uint8Array;
  /** Name that the service's certificate must have, when it differs from the address. */
  readonly serverName?: string;
}

export interface ConnectOptions {
  /** `true` trusts whom this machine trusts. If absent, the connection is not encrypted. */
  readonly tls?: boolean | TlsOptions | undefined;
  /** Bearer token; a function is asked anew for every call, so that tokens may change. */
  readonly token?: string | (() => string) | undefined;
  /** Allows a token over an unencrypted connection to another machine. False if absent. */
  readonly allowPlaintextToken?: boolean;
  /** Silence after which the connection is probed, milliseconds. 20000 if absent. */
  readonly keepaliveMs?: number;
  /** How long the probe may take, milliseconds. 10000 if absent. */
  readonly keepaliveTimeoutMs?: number;
  /** Greatest message accepted, bytes. 64 MiB if absent: full-size heatmaps of all classes take a few. */
  readonly maxReceiveBytes?: number;
}

/** The clients of one channel. */
export interface Stubs {
  readonly analysis: AnalysisServiceClient;
  readonly feeds: FeedServiceClient;
  readonly models: ModelServiceClient;
  readonly health: HealthClient;
}

/** A channel that can be exchanged for a fresh one when its connection turns out to be dead. */
export class Connection {
  #stubs: Stubs | undefined;
  readonly #closing = new AbortController();
  readonly #credentials: ChannelCredentials;
  readonly #options: ClientOptions;

  /** Errors: InvalidArgumentError. It connects with the first call. */
  constructor(
    readonly address: string,
    options: ConnectOptions,
  ) {
    // One listener for each subscription, however many there are.
    setMaxListeners(0, this.closed);
    this.#credentials = channelCredentials(options.tls);
    this.#options = clientOptions(address, options);
  }

  /** Aborts with `close`. */
  get closed(): AbortSignal {
    return this.#closing.signal;
  }

  /** Error: InvalidArgumentError after `close`. */
  get stubs(): Stubs {
    if (this.closed.aborted) throw new InvalidArgumentError('the client is closed');
    this.#stubs ??= this.#open();
    return this.#stubs;
  }

  /** The next call gets a new connection. Calls under way keep theirs. */
  renew(dead: Stubs): void {
    if (this.#stubs !== dead) return; // another subscription noticed first
    this.#stubs = undefined;
    closeAll(dead);
  }

  close(): void {
    this.#closing.abort();
    if (this.#stubs !== undefined) closeAll(this.#stubs);
    this.#stubs = undefined;
  }

  #open(): Stubs {
    const analysis = new AnalysisServiceClient(this.address, this.#credentials, this.#options);
    const shared: ClientOptions = { ...this.#options, channelOverride: analysis.getChannel() };
    return {
      analysis,
      feeds: new FeedServiceClient(this.address, this.#credentials, shared),
      models: new ModelServiceClient(this.address, this.#credentials, shared),
      health: new HealthClient(this.address, this.#credentials, shared),
    };
  }
}

function closeAll({ analysis }: Stubs): void {
  analysis.close(); // the others share its channel
}

function channelCredentials(tls: ConnectOptions['tls']): ChannelCredentials {
  if (tls === undefined || tls === false) return credentials.createInsecure();
  const { ca, cert, key } = tls === true ? {} : tls;
  if ((cert === undefined) !== (key === undefined)) {
    throw new InvalidArgumentError('tls.cert and tls.key belong together: give both or neither');
  }
  try {
    return credentials.createSsl(pem(ca), pem(key), pem(cert));
  } catch (cause) {
    throw new InvalidArgumentError('tls: the PEM texts do not fit together', {}, { cause });
  }
}

function pem(text: string | Uint8Array | undefined): Buffer | null {
  return text === undefined ? null : Buffer.from(text);
}

function clientOptions(address: string, options: ConnectOptions): ClientOptions {
  const { tls, token, allowPlaintextToken = false } = options;
  const isPlain = tls === undefined || tls === false;
  if (token !== undefined && isPlain && !allowPlaintextToken && !isLoopback(address)) {
    throw new InvalidArgumentError(`token: it could be read on the way to ${address}; set tls`);
  }
  const serverName = typeof tls === 'object' ? tls.serverName : undefined;
  return {
    'grpc.max_receive_message_length': options.maxReceiveBytes ?? 64 * 2 ** 20,
    'grpc.keepalive_time_ms': options.keepaliveMs ?? 20_000,
    'grpc.keepalive_timeout_ms': options.keepaliveTimeoutMs ?? 10_000,
    // The subscription's own backoff decides when to try again; the channel must not wait longer than that.
    'grpc.initial_reconnect_backoff_ms': 100,
    'grpc.max_reconnect_backoff_ms': 2000,
    // A renewed channel must not find the dead connection in the pool of this process.
    'grpc.use_local_subchannel_pool': 1,
    ...(serverName === undefined
      ? {}
      : { 'grpc.ssl_target_name_override': serverName, 'grpc.default_authority': serverName }),
    ...(token === undefined ? {} : { interceptors: [bearer(token)] }),
  };
}

function bearer(token: string | (() => string)): Interceptor {
  return (options, nextCall) =>
    new InterceptingCall(nextCall(options), {
      start: (metadata, listener, next) => {
        metadata.set('authorization', `Bearer ${typeof token === 'string' ? token : token()}`);
        next(metadata, listener);
      },
    });
}

/** `[::1]:50051` -> true */
function isLoopback(address: string): boolean {
  const host = address.replace(/:\d+$/, '').replace(/^\[(.*)\]$/, '$1');
  if (isIPv6(host)) return host === '::1';
  return host === 'localhost' || /^127(\.\d{1,3}){3}$/.test(host) || address.startsWith('unix:');
}
