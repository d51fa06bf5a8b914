import { describe, expect, it } from '@jest/globals';
import { pageById } from '../../../src/rpc/requests/page.js';
import { errorOf } from '../../fixtures/errors.js';

const feeds = (...ids: string[]) => ids.map((id) => ({ id }));

describe('pageById', () => {
  it('gives each thing once, by ascending id', () => {
    const all = feeds('c', 'a', 'e', 'b', 'd');
    const seen: string[] = [];
    let token = '';
    do {
      const page = pageById(all, 2, token);
      seen.push(...page.items.map(({ id }) => id));
      token = page.nextPageToken;
    } while (token !== '');
    expect(seen).toEqual(['a', 'b', 'c', 'd', 'e']);
  });

  it('has no further page when the last one is full', () => {
    expect(pageById(feeds('a', 'b'), 2, '').nextPageToken).toBe('');
    expect(pageById([], 2, '')).toEqual({ items: [], nextPageToken: '' });
  });

  it('goes on after a thing that is gone', () => {
    const { nextPageToken } = pageById(feeds('a', 'b', 'c'), 2, '');
    expect(pageById(feeds('a', 'c'), 2, nextPageToken).items).toEqual(feeds('c'));
  });

  it('takes 100 unless told otherwise', () => {
    const many = Array.from({ length: 101 }, (_, i) => ({ id: String(i) }));
    expect(pageById(many, 0, '').items).toHaveLength(100);
  });

  it('refuses a size that is too large and a token it did not give', async () => {
    expect((await errorOf(() => pageById([], 1001, ''))).violations[0]?.field).toBe('page_size');
    for (const token of ['x', '!!', Buffer.from('../..').toString('base64url'), 'YQ==']) {
      expect((await errorOf(() => pageById([], 1, token))).violations[0]?.field).toBe('page_token');
    }
  });
});
