import type { ServerWritableStream } from '@grpc/grpc-js';
import type { FeedSnapshot } from '../../domain/feed.js';
import { Latch } from '../calls/latch.js';
import { shuttingDown } from '../calls/open-calls.js';
import { checkParsed } from '../calls/tolerant-definition.js';
import { writeResponse } from '../calls/write-response.js';
import {
  FeedChangeKind,
  type WatchFeedsRequest,
  type WatchFeedsResponse,
} from '../gen/surgicam/v1/feed_service.js';
import { toFeedMessage } from '../messages/feed-message.js';
import type { FeedsPort } from '../ports.js';

export type WatchCall = ServerWritableStream<WatchFeedsRequest, WatchFeedsResponse>;

const KINDS = {
  created: FeedChangeKind.CREATED,
  state: FeedChangeKind.STATE_CHANGED,
  deleted: FeedChangeKind.DELETED,
} as const;

interface PendingChange {
  readonly kind: FeedChangeKind;
  readonly snapshot: FeedSnapshot;
}

export interface WatchScope {
  /** Aborted when the server shuts down. */
  readonly draining: AbortSignal;
  /** Whether the caller may know of a feed. */
  readonly isSeen: (feedId: string) => boolean;
}

/**
 * Every feed, then every change, until the call is cancelled. What a slow client has not yet read is at most one
 * change a feed: a newer one takes the older one's place.
 */
export async function watchFeeds(
  call: WatchCall,
  signal: AbortSignal,
  feeds: Pick<FeedsPort, 'list' | 'changes'>,
  { draining, isSeen }: WatchScope,
): Promise<void> {
  checkParsed(call.request);
  const latch = new Latch();
  const pending = new Map<string, PendingChange>();
  const changes = feeds.changes().subscribe(({ kind, snapshot }) => {
    const { id } = snapshot.settings;
    if (!isSeen(id)) return;
    const before = pending.get(id)?.kind;
    // Still news to the client that the feed exists at all.
    const isNew =
      kind === 'state' && (before === FeedChangeKind.CREATED || before === FeedChangeKind.EXISTING);
    pending.delete(id);
    pending.set(id, { kind: isNew ? before : KINDS[kind], snapshot });
    latch.notify();
  });
  for (const feed of feeds.list().filter(({ id }) => isSeen(id))) {
    pending.set(feed.id, { kind: FeedChangeKind.EXISTING, snapshot: feed.snapshot() });
  }
  draining.addEventListener('abort', latch.notify);
  try {
    while (!signal.aborted) {
      const next = takeFirst(pending);
      if (next !== undefined) {
        const message = { kind: next.kind, feed: toFeedMessage(next.snapshot) };
        await writeResponse(call, message, signal);
      } else if (draining.aborted) {
        throw shuttingDown();
      } else {
        await latch.wait(signal);
      }
    }
  } finally {
    changes.unsubscribe();
    draining.removeEventListener('abort', latch.notify);
  }
}

function takeFirst(pending: Map<string, PendingChange>): PendingChange | undefined {
  for (const [id, change] of pending) {
    pending.delete(id);
    return change;
  }
  return undefined;
}
