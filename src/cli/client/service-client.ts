import { credentials, type ChannelCredentials, type ClientOptions } from '@grpc/grpc-js';
import type { Command } from 'commander';
import { readFile } from 'node:fs/promises';
import { DEFAULT_PORT } from '../../config/schema.js';
import { SurgicamError } from '../../domain/errors.js';
import { AnalysisServiceClient } from '../../rpc/gen/surgicam/v1/analysis_service.js';
import { FeedServiceClient } from '../../rpc/gen/surgicam/v1/feed_service.js';

/** How a command finds the service. */
export interface ConnectionFlags {
  readonly address: string;
  readonly tls?: boolean;
  readonly caFile?: string;
}

export interface ConnectOptions {
  /** Share no connection with the other clients of this process. If absent, false. */
  readonly ownConnection?: boolean;
}

export interface ServiceClient {
  readonly address: string;
  readonly feeds: FeedServiceClient;
  readonly analysis: AnalysisServiceClient;
  close(): void;
}

/** Full-size float32 heatmaps of 11 classes are 3.6 MB a frame; grpc-js's own limit of 4 MiB leaves them no room. */
const MAX_RECEIVE_BYTES = 64 * 2 ** 20;

/** Adds the flags that say where the service is. */
export function withConnectionFlags(command: Command): Command {
  return command
    .option('--address <host:port>', 'where the service is', `127.0.0.1:${DEFAULT_PORT}`)
    .option('--tls', 'encrypt, trusting the certificates this machine trusts')
    .option('--ca-file <pem>', 'encrypt, trusting this certificate authority');
}

/** A client of both services. It connects with the first call, so this fails only for a certificate file. */
export async function connect(
  { address, tls, caFile }: ConnectionFlags,
  { ownConnection = false }: ConnectOptions = {},
): Promise<ServiceClient> {
  const channelCredentials = await credentialsFor(tls === true, caFile);
  const options: ClientOptions = {
    'grpc.max_receive_message_length': MAX_RECEIVE_BYTES,
    ...(ownConnection ? { 'grpc.use_local_subchannel_pool': 1 } : {}),
  };
  const feeds = new FeedServiceClient(address, channelCredentials, options);
  const analysis = new AnalysisServiceClient(address, channelCredentials, options);
  return {
    address,
    feeds,
    analysis,
    close() {
      feeds.close();
      analysis.close();
    },
  };
}

async function credentialsFor(tls: boolean, caFile: string | undefined): Promise<ChannelCredentials> {
  if (caFile === undefined) return tls ? credentials.createSsl() : credentials.createInsecure();
  const pem = await readFile(caFile).catch((cause: unknown) => {
    throw SurgicamError.invalidField('--ca-file', caFile, 'a PEM file that can be read', { cause });
  });
  return credentials.createSsl(pem);
}
