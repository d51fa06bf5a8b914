import type { ClientOptions } from '@grpc/grpc-js';
import { AnalysisServiceClient } from '../../rpc/gen/surgicam/v1/analysis_service.js';
import { FeedServiceClient } from '../../rpc/gen/surgicam/v1/feed_service.js';
import { ModelServiceClient } from '../../rpc/gen/surgicam/v1/model_service.js';
import type { ConnectionFlags } from './connection-flags.js';
import { bearer, channelCredentials, readToken } from './credentials.js';

export { withConnectionFlags, type ConnectionFlags } from './connection-flags.js';

export interface ConnectOptions {
  /** Share no connection with the other clients of this process. If absent, false. */
  readonly ownConnection?: boolean;
}

export interface ServiceClient {
  readonly address: string;
  readonly feeds: FeedServiceClient;
  readonly analysis: AnalysisServiceClient;
  readonly models: ModelServiceClient;
  close(): void;
}

/** Full-size float32 heatmaps of 11 classes are 3.6 MB a frame; grpc-js's own limit of 4 MiB leaves them no room. */
const MAX_RECEIVE_BYTES = 64 * 2 ** 20;

/** A service that went away without a word, as with a cable pulled out, is noticed within half a minute. */
const KEEPALIVE_MS = 20_000;
const KEEPALIVE_TIMEOUT_MS = 10_000;

/** A client of all services. It connects with the first call, so this fails only for what the flags name. */
export async function connect(
  flags: ConnectionFlags,
  { ownConnection = false }: ConnectOptions = {},
): Promise<ServiceClient> {
  const { address } = flags;
  const token = await readToken(flags);
  const credentials = await channelCredentials(flags);
  const options: ClientOptions = {
    'grpc.max_receive_message_length': MAX_RECEIVE_BYTES,
    'grpc.keepalive_time_ms': KEEPALIVE_MS,
    'grpc.keepalive_timeout_ms': KEEPALIVE_TIMEOUT_MS,
    ...(ownConnection ? { 'grpc.use_local_subchannel_pool': 1 } : {}),
    ...(token === undefined ? {} : { interceptors: [bearer(token)] }),
  };
  const feeds = new FeedServiceClient(address, credentials, options);
  const analysis = new AnalysisServiceClient(address, credentials, options);
  const models = new ModelServiceClient(address, credentials, options);
  return {
    address,
    feeds,
    analysis,
    models,
    close() {
      feeds.close();
      analysis.close();
      models.close();
    },
  };
}
