import { ServerCredentials } from '@grpc/grpc-js';
import type { Scope } from '../../domain/access.js';
import { SurgicamError } from '../../domain/errors.js';
import type { Logger } from '../../observability/logger.js';
import { Authenticator } from './authenticator.js';
import { JwtVerifier, type JwtOptions } from './jwt-verifier.js';
import { isLoopback } from './loopback.js';
import { ReloadingTls } from './reloading-tls.js';
import type { TlsFiles } from './tls-files.js';
import { TokenList } from './token-list.js';

/** Whom the service believes, as configured; with none of it, nobody is asked. */
export interface AuthOptions {
  readonly tokensFile?: string;
  readonly jwt?: JwtOptions;
  /** What a verified client certificate alone entitles to. */
  readonly certificateScopes?: readonly Scope[];
}

export interface SecurityOptions {
  /** Host name or IP address that is listened on. */
  readonly host: string;
  /** If absent, connections are not encrypted. */
  readonly tls?: TlsFiles;
  readonly auth?: AuthOptions;
  /** Allows other machines in without TLS or without authentication. */
  readonly insecure: boolean;
  /** How often the files are looked at for changes. 10 s if absent. */
  readonly reloadMs?: number;
  readonly logger: Logger;
}

export interface Security {
  readonly credentials: ServerCredentials;
  readonly authenticator: Authenticator;
  /** Looks at no file any more. */
  close(): void;
}

const DEFAULT_RELOAD_MS = 10_000;

/**
 * Everything that stands between a network and the calls. Refuses to show surgical video to other machines in the clear
 * or to just anybody, unless that is asked for. Errors: failed_precondition; invalid_argument for a file.
 */
export async function openSecurity(options: SecurityOptions): Promise<Security> {
  const { tls: tlsFiles, reloadMs = DEFAULT_RELOAD_MS, logger } = options;
  const closers: { close(): void }[] = [];
  try {
    const authenticator = await openAuthenticator(options.auth ?? {}, reloadMs, logger);
    closers.push(authenticator);
    refuseExposure(options, authenticator.isAsking);
    if (tlsFiles === undefined) {
      return {
        credentials: ServerCredentials.createInsecure(),
        authenticator,
        close: () => authenticator.close(),
      };
    }
    const tls = await ReloadingTls.open(tlsFiles, reloadMs, logger);
    closers.push(tls);
    return {
      credentials: tls.credentials,
      authenticator,
      close: () => {
        for (const closer of closers) closer.close();
      },
    };
  } catch (error) {
    for (const closer of closers) closer.close();
    throw error;
  }
}

async function openAuthenticator(
  { tokensFile, jwt, certificateScopes }: AuthOptions,
  reloadMs: number,
  logger: Logger,
): Promise<Authenticator> {
  const tokens = tokensFile === undefined ? undefined : await TokenList.open(tokensFile, reloadMs, logger);
  try {
    const verifier = jwt === undefined ? undefined : await JwtVerifier.open(jwt, reloadMs, logger);
    return new Authenticator({
      ...(tokens === undefined ? {} : { tokens }),
      ...(verifier === undefined ? {} : { jwt: verifier }),
      ...(certificateScopes === undefined ? {} : { certificateScopes }),
    });
  } catch (error) {
    tokens?.close();
    throw error;
  }
}

function refuseExposure({ host, tls, insecure }: SecurityOptions, isAsking: boolean): void {
  if (isLoopback(host) || insecure) return;
  const missing = [
    ...(tls === undefined ? ['TLS (server.tlsCertificateFile, server.tlsKeyFile)'] : []),
    ...(isAsking ? [] : ['authentication (auth.tokensFile, auth.jwks or auth.clientCertificateScopes)']),
  ];
  if (missing.length === 0) return;
  throw new SurgicamError(
    'failed_precondition',
    `${host} can be reached from other machines, and there is no ${missing.join(' and no ')}; ` +
      'configure it, listen on 127.0.0.1, or allow it with --insecure',
    {
      violations: [
        { field: 'host', description: 'must be a loopback address without TLS and authentication' },
      ],
    },
  );
}
