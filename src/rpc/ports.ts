import type { Feed } from '../feeds/feed.js';
import type { FeedRegistry } from '../feeds/feed-registry.js';
import type { FeedSettings } from '../domain/feed.js';
import type { ModelReloader } from '../feeds/model-reloader.js';
import type { PushedInput } from '../feeds/pushed-input.js';
import type { InferenceEngine } from '../inference/inference-engine.js';
import type { ModelRepository } from '../models/model-repository.js';

/** What the services need of a feed. */
export type FeedPort = Pick<Feed, 'id' | 'model' | 'state' | 'snapshot' | 'subscribe' | 'close'>;

/** What the services need of the feeds; FeedRegistry has it. */
export interface FeedsPort extends Pick<FeedRegistry, 'delete' | 'changes'> {
  create(settings: FeedSettings, pushed?: PushedInput): Promise<FeedPort>;
  /** Stops a pushed feed. */
  discard(feed: FeedPort): Promise<void>;
  get(id: string): FeedPort;
  list(): readonly FeedPort[];
}

/** What the services need of the engine. */
export type EnginePort = Pick<InferenceEngine, 'load' | 'models' | 'retire' | 'analyze'>;

/** What the services need of the models. */
export type ModelsPort = Pick<ModelRepository, 'list' | 'get'>;

/** What the services need of the one who reloads the models. */
export type ReloaderPort = Pick<ModelReloader, 'reload'>;
