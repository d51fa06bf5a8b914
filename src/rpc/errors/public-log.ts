import { redactUri } from '../../domain/redact.js';
import { publicText } from './public-text.js';

const MAX_LINES = 100;
const MAX_BYTES = 16_384;

/** The last lines of a log as a client may read them, oldest first: whole lines, as many as the contract allows. */
export function publicLog(lines: readonly string[]): string[] {
  const out: string[] = [];
  let bytes = 0;
  for (const line of lines.slice(-MAX_LINES).toReversed()) {
    // parameters that carry secrets are said outside of URIs as well
    const text = redactUri(publicText(line));
    bytes += Buffer.byteLength(text);
    if (bytes > MAX_BYTES) break;
    out.unshift(text);
  }
  return out;
}
