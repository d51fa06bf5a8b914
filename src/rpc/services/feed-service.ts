import { streaming, unary, type CallScope } from '../calls/handlers.js';
import type { FeedServiceServer } from '../gen/surgicam/v1/feed_service.js';
import { toFeedMessage } from '../messages/feed-message.js';
import type { FeedsPort } from '../ports.js';
import { checkFeedId, toFeedSettings } from '../requests/feed-settings.js';
import { pageById } from '../requests/page.js';
import type { ModelDirectory } from './model-directory.js';
import { watchFeeds } from './watch-feeds.js';

export interface FeedServiceParts {
  readonly feeds: FeedsPort;
  readonly models: ModelDirectory;
  /** Files that clients may have played lie below it. If absent, none may be played. */
  readonly mediaRoot?: string;
}

export function createFeedService(
  scope: CallScope,
  { feeds, models, mediaRoot }: FeedServiceParts,
): FeedServiceServer {
  return {
    createFeed: unary(scope, async ({ settings }) => {
      const modelName = models.find(settings?.modelName ?? '').description.name;
      const checked = await toFeedSettings(settings, {
        modelName,
        ...(mediaRoot === undefined ? {} : { mediaRoot }),
      });
      const feed = await feeds.create(checked);
      return { feed: toFeedMessage(feed.snapshot()) };
    }),
    getFeed: unary(scope, ({ feedId }) => {
      checkFeedId('feed_id', feedId);
      return { feed: toFeedMessage(feeds.get(feedId).snapshot()) };
    }),
    listFeeds: unary(scope, ({ pageSize, pageToken }) => {
      const { items, nextPageToken } = pageById(feeds.list(), pageSize, pageToken);
      return { feeds: items.map((feed) => toFeedMessage(feed.snapshot())), nextPageToken };
    }),
    deleteFeed: unary(scope, async ({ feedId }) => {
      checkFeedId('feed_id', feedId);
      const feed = feeds.get(feedId);
      await feeds.delete(feedId);
      return { feed: toFeedMessage(feed.snapshot()) };
    }),
    watchFeeds: streaming(scope, (call, signal) => watchFeeds(call, signal, feeds, scope.calls.draining)),
  };
}
