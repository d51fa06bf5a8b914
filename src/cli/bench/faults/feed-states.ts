import type { ClientReadableStream } from '@grpc/grpc-js';
import { FeedState, type Feed } from '../../../rpc/gen/surgicam/v1/feed.js';
import { FeedChangeKind, type WatchFeedsResponse } from '../../../rpc/gen/surgicam/v1/feed_service.js';
import type { ServiceClient } from '../../client/service-client.js';
import { within } from './expectations.js';

/** Follows the states of all feeds of a service. */
export class FeedStates {
  private readonly feeds = new Map<string, Feed>();
  private readonly waiting = new Set<() => void>();
  private readonly call: ClientReadableStream<WatchFeedsResponse>;

  constructor(client: ServiceClient) {
    this.call = client.feeds.watchFeeds({});
    this.call.on('error', () => undefined);
    this.call.on('data', ({ kind, feed }: WatchFeedsResponse) => {
      const id = feed?.settings?.feedId;
      if (feed === undefined || id === undefined) return;
      if (kind === FeedChangeKind.DELETED) this.feeds.delete(id);
      else this.feeds.set(id, feed);
      for (const wake of this.waiting) wake();
    });
  }

  /** Resolves with the feed when it is in one of the states, or is already. */
  async until(id: string, states: readonly FeedState[], ms: number): Promise<Feed> {
    const names = states.map((state) => FeedState[state]).join(' or ');
    let check: (() => void) | undefined;
    const arrival = new Promise<Feed>((resolve) => {
      check = () => {
        const feed = this.feeds.get(id);
        if (feed?.status !== undefined && states.includes(feed.status.state)) resolve(feed);
      };
      this.waiting.add(check);
      check();
    });
    try {
      return await within(ms, `${id} becomes ${names}`, arrival);
    } finally {
      if (check !== undefined) this.waiting.delete(check);
    }
  }

  close(): void {
    this.call.cancel();
  }
}
