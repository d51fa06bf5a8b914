import { createHash, randomBytes } from 'node:crypto';
import { checkScopes, type Scope } from '../../domain/access.js';
import { SurgicamError } from '../../domain/errors.js';
import { FEED_ID_PATTERN } from '../../domain/feed.js';

/** A token as it is stored: a name for the audit and a digest, never the token itself. */
export interface StoredToken {
  readonly subject: string;
  /** SHA-256 of the token. Enough, since a token has 256 random bits: there is nothing to guess. */
  readonly digest: Buffer;
  readonly scopes: readonly Scope[];
  /** If absent, all feeds. */
  readonly feeds?: readonly string[];
}

/** Tells our tokens from a JWT, and lets secret scanners find one that was committed. */
export const TOKEN_PREFIX = 'sgc_';

const TOKEN_BYTES = 32;
const SUBJECT_PATTERN = /^[A-Za-z0-9][A-Za-z0-9._@-]{0,63}$/;

export function newToken(): string {
  return TOKEN_PREFIX + randomBytes(TOKEN_BYTES).toString('base64url');
}

export function digestOf(token: string): Buffer {
  return createHash('sha256').update(token, 'utf8').digest();
}

/** `name sha256:hex scope,scope [feed,feed]` */
export function formatTokenLine({ subject, digest, scopes, feeds }: StoredToken): string {
  const parts = [subject, `sha256:${digest.toString('hex')}`, scopes.join(',')];
  return (feeds === undefined ? parts : [...parts, feeds.join(',')]).join(' ');
}

/** The lines of a token file; empty ones and those that begin with # are passed over. Error: invalid_argument. */
export function parseTokenLines(text: string, file: string): StoredToken[] {
  return text.split('\n').flatMap((line, index) => {
    const content = line.trim();
    return content === '' || content.startsWith('#') ? [] : [parseLine(content, `${file}:${index + 1}`)];
  });
}

function parseLine(line: string, place: string): StoredToken {
  const [subject = '', digest = '', scopes = '', feeds, ...rest] = line.split(/\s+/);
  const [, hex] = /^sha256:([0-9a-f]{64})$/i.exec(digest) ?? [];
  if (hex === undefined || rest.length > 0) {
    // Not the line itself: somebody may have put the token there.
    throw SurgicamError.invalidField(place, 'no such line', 'name sha256:<64 hex digits> scopes [feeds]');
  }
  return {
    subject: checkSubject(place, subject),
    digest: Buffer.from(hex, 'hex'),
    scopes: checkScopes(place, scopes.split(',')),
    ...(feeds === undefined ? {} : { feeds: checkFeeds(place, feeds.split(',')) }),
  };
}

export function checkSubject(field: string, subject: string): string {
  if (SUBJECT_PATTERN.test(subject)) return subject;
  throw SurgicamError.invalidField(field, subject, 'a name of letters, digits and . _ @ -');
}

export function checkFeeds(field: string, feeds: readonly string[]): readonly string[] {
  const wrong = feeds.find((feed) => !FEED_ID_PATTERN.test(feed));
  if (wrong !== undefined) throw SurgicamError.invalidField(field, wrong, String(FEED_ID_PATTERN));
  return feeds;
}
