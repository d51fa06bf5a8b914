import type { Command } from 'commander';
import { Feed } from '../../rpc/gen/surgicam/v1/feed.js';
import {
  connect,
  withConnectionFlags,
  type ConnectionFlags,
  type ServiceClient,
} from '../client/service-client.js';
import { unary } from '../client/unary.js';
import { feedTable } from '../terminal/feed-table.js';
import { feedGroup } from './feed-group.js';

const PAGE_SIZE = 500;

/** `surgicam feed list`: what the service watches. */
export function registerFeedList(program: Command): void {
  const command = feedGroup(program)
    .command('list')
    .description('the feeds of the service with their state and speed')
    .option('--json', 'one feed a line, as canonical protobuf JSON');
  withConnectionFlags(command).action(async (flags: ConnectionFlags & { readonly json?: boolean }) => {
    const client = await connect(flags);
    try {
      const feeds = await listFeeds(client);
      const lines =
        flags.json === true ? feeds.map((feed) => JSON.stringify(Feed.toJSON(feed))) : feedTable(feeds);
      for (const line of lines) console.log(line);
    } finally {
      client.close();
    }
  });
}

async function listFeeds(client: ServiceClient): Promise<Feed[]> {
  const feeds: Feed[] = [];
  let pageToken = '';
  do {
    const page = await unary(client.address, client.feeds.listFeeds.bind(client.feeds), {
      pageSize: PAGE_SIZE,
      pageToken,
    });
    feeds.push(...page.feeds);
    pageToken = page.nextPageToken;
  } while (pageToken !== '');
  return feeds;
}
