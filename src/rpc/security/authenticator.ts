import type { Metadata } from '@grpc/grpc-js';
import type { PeerCertificate } from 'node:tls';
import type { Scope } from '../../domain/access.js';
import { SurgicamError } from '../../domain/errors.js';
import { anonymous, type Caller } from './caller.js';
import type { JwtVerifier } from './jwt-verifier.js';
import type { TokenList } from './token-list.js';
import { TOKEN_PREFIX } from './token-line.js';

/** Whom the service believes. */
export interface AuthenticatorParts {
  /** If absent, no token of our own is accepted. */
  readonly tokens?: TokenList;
  /** If absent, no JWT is accepted. */
  readonly jwt?: JwtVerifier;
  /** What a verified client certificate alone entitles to. If empty or absent, it is only a name in the audit. */
  readonly certificateScopes?: readonly Scope[];
}

/** What a call shows of its caller. */
export interface Credentials {
  readonly metadata: Metadata;
  readonly peer: string;
  /** A client certificate that was verified. */
  readonly certificate?: PeerCertificate | undefined;
}

/** Finds out who makes a call. */
export class Authenticator {
  /** Whether callers are asked who they are. */
  readonly isAsking: boolean;

  constructor(private readonly parts: AuthenticatorParts) {
    const { tokens, jwt, certificateScopes = [] } = parts;
    this.isAsking = tokens !== undefined || jwt !== undefined || certificateScopes.length > 0;
  }

  /** A token counts before a certificate. Errors: unauthenticated, unavailable. */
  async identify({ metadata, peer, certificate }: Credentials): Promise<Caller> {
    const name = certificate === undefined ? undefined : nameIn(certificate);
    const known = name === undefined ? { peer } : { peer, certificate: name };
    if (!this.isAsking) {
      return name === undefined
        ? anonymous(peer)
        : { ...anonymous(peer), subject: name, by: 'certificate', certificate: name };
    }
    const headers = metadata.get('authorization');
    if (headers.length > 0) return { ...known, ...(await this.byToken(headers)) };
    const { certificateScopes: scopes = [] } = this.parts;
    if (name !== undefined && scopes.length > 0)
      return { ...known, subject: name, by: 'certificate', scopes };
    throw unauthenticated('CREDENTIALS_MISSING', 'this service asks for credentials: send a bearer token');
  }

  close(): void {
    this.parts.tokens?.close();
    this.parts.jwt?.close();
  }

  private async byToken(headers: readonly (string | Buffer)[]): Promise<Omit<Caller, 'peer'>> {
    const [header] = headers;
    const [, token] = typeof header === 'string' ? (/^bearer +(\S+) *$/i.exec(header) ?? []) : [];
    if (token === undefined || headers.length > 1) throw notValid();
    if (token.startsWith(TOKEN_PREFIX)) {
      const stored = this.parts.tokens?.find(token);
      if (stored === undefined) throw notValid();
      const { subject, scopes, feeds } = stored;
      return { subject, by: 'token', scopes, ...(feeds === undefined ? {} : { feeds }) };
    }
    const identity = await this.parts.jwt?.verify(token);
    if (identity === undefined) throw notValid();
    return { ...identity, by: 'jwt' };
  }
}

/** The common name, else the first alternative name, without its kind: `DNS:viewer.or-1` is `viewer.or-1`. */
function nameIn({ subject, subjectaltname }: PeerCertificate): string {
  const [commonName] = [(subject as PeerCertificate['subject'] | undefined)?.CN ?? []].flat();
  return (
    commonName ?? subjectaltname?.split(', ')[0]?.replace(/^[^:]*:/, '') ?? 'a certificate without a name'
  );
}

/** One answer for every way in which a token may be wrong. */
function notValid(): SurgicamError {
  return unauthenticated('CREDENTIALS_INVALID', 'the credentials are not valid');
}

function unauthenticated(reason: string, message: string): SurgicamError {
  return new SurgicamError('unauthenticated', message, { reason: { name: reason, facts: {} } });
}
