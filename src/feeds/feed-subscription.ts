import type { AnnotationReader } from '../bus/annotation-board.js';
import type { FeedTopic } from '../bus/feed-topic.js';
import type { Delivery, TopicReader } from '../bus/topic-reader.js';
import type { KeyedRecipe } from '../domain/analysis-recipe.js';
import type { RecipeBook } from './recipe-book.js';

export interface SubscribeOptions {
  readonly recipe: KeyedRecipe;
  readonly delivery: Delivery;
  /** Begin behind this frame as far as the history reaches. If absent, begin with the next analysis. */
  readonly resumeAfterSequence?: number;
}

/** A reader of a feed that also decides what is computed for it. */
export interface FeedSubscription extends TopicReader {
  /** What is said about the feed's frames; it is closed with the subscription. */
  readonly annotations: AnnotationReader;
  /** Another recipe from the next dispatched frame on. Error: resource_exhausted; the old recipe then stays. */
  update(recipe: KeyedRecipe): void;
}

/** Error: resource_exhausted for one recipe too many. */
export function openSubscription(
  topic: FeedTopic,
  book: RecipeBook,
  { recipe, delivery, resumeAfterSequence }: SubscribeOptions,
): FeedSubscription {
  const hold = book.hold(recipe);
  const reader = topic.openReader({
    recipeKey: recipe.key,
    delivery,
    ...(resumeAfterSequence === undefined ? {} : { resumeAfterSequence }),
  });
  const annotations = topic.openAnnotations();
  return {
    annotations,
    poll: () => reader.poll(),
    onItem: (listener) => reader.onItem(listener),
    setRecipe: (key) => reader.setRecipe(key),
    get topicClosed() {
      return reader.topicClosed;
    },
    unread: () => reader.unread(),
    get skipped() {
      return reader.skipped;
    },
    update: (next) => {
      hold.exchange(next);
      reader.setRecipe(next.key);
    },
    close: () => {
      hold.release();
      annotations.close();
      reader.close();
    },
  };
}
