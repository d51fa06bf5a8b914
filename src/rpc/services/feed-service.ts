import { streaming, unary, type CallScope } from '../calls/handlers.js';
import type { FeedServiceServer } from '../gen/surgicam/v1/feed_service.js';
import { toFeedMessage, toListedFeed } from '../messages/feed-message.js';
import type { FeedsPort } from '../ports.js';
import { checkFeedId, toFeedSettings } from '../requests/feed-settings.js';
import { pageById } from '../requests/page.js';
import type { AuditedAction } from '../security/audit-log.js';
import { maySee, requireFeed } from '../security/caller.js';
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
    createFeed: unary(scope, ({ settings }, caller) => {
      const action: AuditedAction = { action: 'CreateFeed' };
      return scope.audit.watch(caller, action, async () => {
        const modelName = models.find(settings?.modelName ?? '').description.name;
        action.model = modelName;
        const checked = await toFeedSettings(settings, {
          modelName,
          ...(mediaRoot === undefined ? {} : { mediaRoot }),
        });
        action.feed = checked.id;
        requireFeed(caller, checked.id);
        const feed = await feeds.create(checked);
        return { feed: toFeedMessage(feed.snapshot()) };
      });
    }),
    getFeed: unary(scope, ({ feedId }, caller) => {
      checkFeedId('feed_id', feedId);
      requireFeed(caller, feedId);
      return { feed: toFeedMessage(feeds.get(feedId).snapshot()) };
    }),
    listFeeds: unary(scope, ({ pageSize, pageToken }, caller) => {
      const seen = feeds.list().filter(({ id }) => maySee(caller, id));
      const { items, nextPageToken } = pageById(seen, pageSize, pageToken);
      return { feeds: items.map((feed) => toListedFeed(feed.snapshot())), nextPageToken };
    }),
    deleteFeed: unary(scope, ({ feedId }, caller) => {
      checkFeedId('feed_id', feedId);
      return scope.audit.watch(caller, { action: 'DeleteFeed', feed: feedId }, async () => {
        requireFeed(caller, feedId);
        const feed = feeds.get(feedId);
        await feeds.delete(feedId);
        return { feed: toFeedMessage(feed.snapshot()) };
      });
    }),
    watchFeeds: streaming(scope, (call, caller, signal) =>
      watchFeeds(call, signal, feeds, { draining: scope.calls.draining, isSeen: (id) => maySee(caller, id) }),
    ),
  };
}
