import {
  createLocalJWKSet,
  createRemoteJWKSet,
  customFetch,
  errors,
  jwtVerify,
  type FetchImplementation,
  type JSONWebKeySet,
  type JWTPayload,
  type JWTVerifyGetKey,
} from 'jose';
import { readFile } from 'node:fs/promises';
import { isScope, type Scope } from '../../domain/access.js';
import { SurgicamError } from '../../domain/errors.js';
import type { Logger } from '../../observability/logger.js';
import { FileWatch } from './file-watch.js';

export interface JwtOptions {
  /** File, or https URL, of the issuer's JSON Web Key Set. */
  readonly jwks: string;
  readonly issuer: string;
  readonly audience: string;
  /** How far the clocks of issuer and service may be apart, milliseconds. */
  readonly clockToleranceMs: number;
  /** Claim with the feeds that a token covers, a list; a token without it covers all. */
  readonly feedsClaim: string;
}

/** What a verified JWT says. */
export interface JwtIdentity {
  readonly subject: string;
  readonly scopes: readonly Scope[];
  readonly feeds?: readonly string[];
}

/** Signatures by a key that only the issuer has: none by a shared secret, and never `none`. */
const ALGORITHMS = ['RS256', 'RS384', 'RS512', 'PS256', 'PS384', 'PS512', 'ES256', 'ES384', 'ES512', 'EdDSA'];

const FETCH_TIMEOUT_MS = 5_000;

/** Verifies JSON Web Tokens by the keys of their issuer. */
export class JwtVerifier {
  private watch: FileWatch | undefined;

  private constructor(
    private readonly options: JwtOptions,
    private keys: JWTVerifyGetKey,
    private readonly logger: Logger,
  ) {}

  /** Error: invalid_argument when `jwks` is neither an https URL nor a file that holds a key set. */
  static async open(
    options: JwtOptions,
    everyMs: number,
    logger: Logger,
    fetch?: FetchImplementation,
  ): Promise<JwtVerifier> {
    const { jwks } = options;
    if (/^https:/i.test(jwks)) {
      const keys = createRemoteJWKSet(new URL(jwks), {
        timeoutDuration: FETCH_TIMEOUT_MS,
        ...(fetch === undefined ? {} : { [customFetch]: fetch }),
      });
      return new JwtVerifier(options, keys, logger);
    }
    const verifier = new JwtVerifier(options, await readKeys(jwks), logger);
    verifier.watch = new FileWatch([jwks], everyMs, () => verifier.reload());
    await verifier.watch.start();
    return verifier;
  }

  /**
   * Whose token it is; undefined for one that is not valid, for whatever reason. Error: unavailable when the issuer's
   * keys cannot be had.
   */
  async verify(token: string): Promise<JwtIdentity | undefined> {
    const { issuer, audience, clockToleranceMs, feedsClaim } = this.options;
    try {
      const { payload } = await jwtVerify(token, this.keys, {
        issuer,
        audience,
        clockTolerance: clockToleranceMs / 1000,
        algorithms: ALGORITHMS,
        requiredClaims: ['exp', 'sub'],
      });
      return identityOf(payload, feedsClaim);
    } catch (error) {
      if (isTheToken(error)) return undefined;
      this.logger.error({ err: error }, 'the keys of the token issuer cannot be had');
      throw new SurgicamError('unavailable', 'credentials cannot be checked at the moment; try again', {
        cause: error,
      });
    }
  }

  close(): void {
    this.watch?.stop();
  }

  private async reload(): Promise<void> {
    try {
      this.keys = await readKeys(this.options.jwks);
      this.logger.info('the key set of the token issuer has changed');
    } catch (error) {
      const reason = SurgicamError.from(error).message;
      this.logger.error({ reason }, 'the key set has changed and cannot be used; the one before stays');
    }
  }
}

async function readKeys(file: string): Promise<JWTVerifyGetKey> {
  try {
    return createLocalJWKSet(JSON.parse(await readFile(file, 'utf8')) as JSONWebKeySet);
  } catch (cause) {
    throw SurgicamError.invalidField('auth.jwks', file, 'an https URL, or a file with a JSON Web Key Set', {
      cause,
    });
  }
}

/** `scope` is RFC 8693's text of words, `scp` the same or a list as some issuers write it. Unknown ones are others'. */
function identityOf(payload: JWTPayload, feedsClaim: string): JwtIdentity | undefined {
  const { sub, scope, scp } = payload;
  const feeds = payload[feedsClaim];
  if (sub === undefined || sub === '') return undefined;
  if (feeds !== undefined && !isTextList(feeds)) return undefined;
  const words = scope ?? scp;
  const scopes = isTextList(words) ? words : typeof words === 'string' ? words.split(' ') : [];
  return { subject: sub, scopes: scopes.filter(isScope), ...(feeds === undefined ? {} : { feeds }) };
}

function isTextList(value: unknown): value is readonly string[] {
  return Array.isArray(value) && value.every((item) => typeof item === 'string');
}

/** Whether it is the token that is wrong, not the way to the keys. */
function isTheToken(error: unknown): boolean {
  if (!(error instanceof errors.JOSEError)) return false;
  const isOfKeys =
    error instanceof errors.JWKSTimeout ||
    error instanceof errors.JWKSInvalid ||
    error.code === errors.JOSEError.code;
  return !isOfKeys;
}
