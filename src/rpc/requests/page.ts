import { SurgicamError } from '../../domain/errors.js';
import { FEED_ID_PATTERN } from '../../domain/feed.js';

const DEFAULT_PAGE_SIZE = 100;
const MAX_PAGE_SIZE = 1000;

export interface Page<T> {
  readonly items: readonly T[];
  /** Empty on the last page. */
  readonly nextPageToken: string;
}

/** One page of things that have an id, by ascending id. A token is the last id of the page before, written opaquely. */
export function pageById<T extends { readonly id: string }>(
  all: readonly T[],
  pageSize: number,
  pageToken: string,
): Page<T> {
  if (pageSize > MAX_PAGE_SIZE) {
    throw SurgicamError.invalidField('page_size', pageSize, `0 to ${MAX_PAGE_SIZE}`);
  }
  const after = pageToken === '' ? '' : idOfToken(pageToken);
  const rest = all.filter(({ id }) => id > after).sort((a, b) => (a.id < b.id ? -1 : 1));
  const items = rest.slice(0, pageSize === 0 ? DEFAULT_PAGE_SIZE : pageSize);
  const last = items.at(-1);
  const nextPageToken = last === undefined || items.length === rest.length ? '' : tokenOfId(last.id);
  return { items, nextPageToken };
}

function tokenOfId(id: string): string {
  return Buffer.from(id).toString('base64url');
}

function idOfToken(token: string): string {
  const id = Buffer.from(token, 'base64url').toString();
  if (!FEED_ID_PATTERN.test(id) || tokenOfId(id) !== token) {
    throw SurgicamError.invalidField('page_token', token, 'empty, or the next_page_token of the page before');
  }
  return id;
}
