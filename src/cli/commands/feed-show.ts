import type { Command } from 'commander';
import { Feed } from '../../rpc/gen/surgicam/v1/feed.js';
import { connect, withConnectionFlags, type ConnectionFlags } from '../client/service-client.js';
import { unary } from '../client/unary.js';
import { feedTable } from '../terminal/feed-table.js';
import { feedGroup } from './feed-group.js';

/** `surgicam feed show <id>`: one feed, and of one that failed the last words of its ffmpeg. */
export function registerFeedShow(program: Command): void {
  const command = feedGroup(program)
    .command('show')
    .description('one feed; of one that failed also the last lines of the log of its ffmpeg')
    .argument('<id>', 'name of the feed')
    .option('--json', 'as canonical protobuf JSON');
  withConnectionFlags(command).action(
    async (feedId: string, flags: ConnectionFlags & { readonly json?: boolean }) => {
      const client = await connect(flags);
      try {
        const { feed } = await unary(client.address, client.feeds.getFeed.bind(client.feeds), { feedId });
        if (feed === undefined) return;
        const lines =
          flags.json === true
            ? [JSON.stringify(Feed.toJSON(feed))]
            : [...feedTable([feed]), ...(feed.status?.sourceLog ?? []).map((line) => `  ${line}`)];
        for (const line of lines) console.log(line);
      } finally {
        client.close();
      }
    },
  );
}
