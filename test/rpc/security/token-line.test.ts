import { describe, expect, it } from '@jest/globals';
import {
  digestOf,
  formatTokenLine,
  newToken,
  parseTokenLines,
  type StoredToken,
} from '../../../src/rpc/security/token-line.js';

const stored = (feeds?: readonly string[]): StoredToken => ({
  subject: 'viewer@or',
  digest: digestOf('sgc_x'),
  scopes: ['feed:read', 'model:read'],
  ...(feeds === undefined ? {} : { feeds }),
});

describe('a token', () => {
  it('has 256 random bits and is never the same', () => {
    const tokens = Array.from({ length: 20 }, newToken);
    expect(new Set(tokens).size).toBe(20);
    for (const token of tokens) expect(Buffer.from(token.slice(4), 'base64url')).toHaveLength(32);
  });
});

describe('a line of the token file', () => {
  it.each([[undefined], [['or-1', 'or-2']]])('is read as it was written, feeds %p', (feeds) => {
    const line = formatTokenLine(stored(feeds));
    expect(parseTokenLines(`# viewers\n\n${line}\r\n`, 'tokens')).toEqual([stored(feeds)]);
    expect(line).not.toContain('sgc_');
  });

  const hash = 'a'.repeat(64);
  it.each([
    ['viewer', 'name sha256:'],
    [`viewer sha256:${hash.slice(1)} feed:read`, 'name sha256:'],
    [`viewer sha256:${hash} feed:read or-1 more`, 'name sha256:'],
    [`viewer sha256:${hash} feed:all`, 'feed:read, feed:annotate, feed:write, model:read, admin'],
    [`viewer sha256:${hash}`, 'feed:read, feed:annotate, feed:write, model:read, admin'],
    [`-viewer sha256:${hash} admin`, 'a name of letters'],
    [`viewer sha256:${hash} admin or/1`, 'is "or/1"'],
  ])('is refused with its place: %s', (line, allowed) => {
    const read = () => parseTokenLines(`# first\n${line}`, 'tokens');
    expect(read).toThrow('tokens:2');
    expect(read).toThrow(allowed);
  });
});
