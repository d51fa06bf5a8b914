import { credentials, InterceptingCall, type ChannelCredentials, type Interceptor } from '@grpc/grpc-js';
import { readFile } from 'node:fs/promises';
import { SurgicamError } from '../../domain/errors.js';
import { isLoopback } from '../../rpc/security/loopback.js';
import type { ConnectionFlags } from './connection-flags.js';

type TlsFlags = Pick<ConnectionFlags, 'tls' | 'ca' | 'cert' | 'key'>;

/** Whether the flags ask for an encrypted connection. */
export function isEncrypted({ tls, ca, cert }: TlsFlags): boolean {
  return tls === true || ca !== undefined || cert !== undefined;
}

/** Error: invalid_argument, naming the flag whose file cannot be used. */
export async function channelCredentials(flags: TlsFlags): Promise<ChannelCredentials> {
  const { ca, cert, key } = flags;
  if ((cert === undefined) !== (key === undefined)) {
    const absent = cert === undefined ? '--cert' : '--key';
    throw SurgicamError.invalidField(absent, undefined, '--cert and --key together, or neither');
  }
  if (!isEncrypted(flags)) return credentials.createInsecure();
  const [authority, chain, privateKey] = await Promise.all([
    readFlagFile('--ca', ca),
    readFlagFile('--cert', cert),
    readFlagFile('--key', key),
  ]);
  try {
    return credentials.createSsl(authority, privateKey, chain);
  } catch (cause) {
    throw SurgicamError.invalidField('--cert', cert ?? ca, 'PEM files that fit together', { cause });
  }
}

/**
 * The token of the flags or of SURGICAM_TOKEN, if there is one. Errors: invalid_argument for a file; failed_precondition
 * when the network could read it.
 */
export async function readToken(
  flags: ConnectionFlags,
  environment: NodeJS.ProcessEnv = process.env,
): Promise<string | undefined> {
  const file = flags.token === undefined ? await readFlagFile('--token-file', flags.tokenFile) : null;
  const token = flags.token ?? file?.toString('utf8').trim() ?? environment.SURGICAM_TOKEN;
  if (token === undefined || token === '') return undefined;
  if (!/^[\x21-\x7e]+$/.test(token)) {
    throw SurgicamError.invalidField(
      flags.token === undefined ? '--token-file' : '--token',
      'something else',
      'a token',
    );
  }
  if (!isEncrypted(flags) && !isLoopback(hostOf(flags.address))) {
    throw new SurgicamError(
      'failed_precondition',
      `the token could be read on the way to ${flags.address}; add --tls or --ca`,
    );
  }
  return token;
}

/** Shows the token with every call. */
export function bearer(token: string): Interceptor {
  return (options, nextCall) =>
    new InterceptingCall(nextCall(options), {
      start: (metadata, listener, next) => {
        metadata.set('authorization', `Bearer ${token}`);
        next(metadata, listener);
      },
    });
}

/** `[::1]:50051` -> `::1` */
function hostOf(address: string): string {
  return address.replace(/:\d+$/, '').replace(/^\[(.*)\]$/, '$1');
}

async function readFlagFile(flag: string, file: string | undefined): Promise<Buffer | null> {
  if (file === undefined) return null;
  return readFile(file).catch((cause: unknown) => {
    throw SurgicamError.invalidField(flag, file, 'a file that can be read', { cause });
  });
}
