import type { Command } from 'commander';
import { connect, withConnectionFlags, type ConnectionFlags } from '../client/service-client.js';
import { unary } from '../client/unary.js';
import { feedGroup } from './feed-group.js';

/** `surgicam feed remove <id>`: the service stops watching; subscriptions to the feed end. */
export function registerFeedRemove(program: Command): void {
  const command = feedGroup(program)
    .command('remove')
    .description('stop a feed and forget it')
    .argument('<id>', 'name of the feed');
  withConnectionFlags(command).action(async (feedId: string, flags: ConnectionFlags) => {
    const client = await connect(flags);
    try {
      await unary(client.address, client.feeds.deleteFeed.bind(client.feeds), { feedId });
      console.log(`${feedId} removed`);
    } finally {
      client.close();
    }
  });
}
