import type { FeedSubscription } from '../../feeds/feed.js';
import type { UnreadGate } from '../../flow/unread-gate.js';

/** The same subscription; asking for the next item tells the gate that the one before was dealt with. */
export function readingOpensGate(subscription: FeedSubscription, gate: UnreadGate): FeedSubscription {
  let last = -1;
  return {
    annotations: subscription.annotations,
    poll: () => {
      gate.read(last);
      const item = subscription.poll();
      if (item?.kind === 'analysis') last = item.analysis.facts.sequence;
      else if (item?.kind === 'gap') last = item.toSequence;
      return item;
    },
    onItem: (listener) => subscription.onItem(listener),
    setRecipe: (key) => subscription.setRecipe(key),
    get skipped() {
      return subscription.skipped;
    },
    unread: () => subscription.unread(),
    get topicClosed() {
      return subscription.topicClosed;
    },
    update: (recipe) => subscription.update(recipe),
    close: () => subscription.close(),
  };
}
