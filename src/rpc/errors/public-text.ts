import { redactUri } from '../../domain/redact.js';
import { parseSourceUri, sourceDisplayName } from '../../video/source-uri.js';

const URI = /[a-z][a-z0-9+.-]*:\/\/[^\s'"<>]*/gi;
const ABSOLUTE_PATH = /(?<![\w.~-])(?:\/[^\s'"():,;/]+){2,}\/?|\b[A-Za-z]:\\[^\s'"]+/g;

/**
 * A text as a client may read it: no credential of a URI, and of a path on this machine only the last part.
 * Messages are written with that in mind; this is the second line of defence, at the one place they all pass.
 */
export function publicText(text: string): string {
  let out = '';
  let end = 0;
  for (const match of text.matchAll(URI)) {
    out += withoutPaths(text.slice(end, match.index)) + publicSource(match[0]);
    end = match.index + match[0].length;
  }
  return out + withoutPaths(text.slice(end));
}

/** A source as a client may read it: a file by its name only, a stream without credentials. */
export function publicSource(uri: string): string {
  try {
    return sourceDisplayName(parseSourceUri(uri));
  } catch {
    return redactUri(uri);
  }
}

function withoutPaths(text: string): string {
  return text.replace(ABSOLUTE_PATH, (path) => path.split(/[\\/]/).findLast((part) => part !== '') ?? '');
}
