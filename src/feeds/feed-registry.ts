import { Subject, type Observable } from 'rxjs';
import { DEFAULT_HISTORY } from '../bus/feed-topic.js';
import { SurgicamError } from '../domain/errors.js';
import { FEED_ID_PATTERN, type FeedSettings, type FeedSnapshot } from '../domain/feed.js';
import type { InferenceEngine } from '../inference/inference-engine.js';
import type { LoadedModel } from '../inference/loaded-model.js';
import type { ModelRepository } from '../models/model-repository.js';
import type { Logger } from '../observability/logger.js';
import { stopAllFfmpeg } from '../video/ffmpeg-registry.js';
import { isLiveSource, sourceOf } from '../video/source-uri.js';
import { Feed } from './feed.js';
import type { FeedOptions } from './feed-options.js';
import type { PushedInput } from './pushed-input.js';
import { DEFAULT_RECONNECT } from './reconnect-policy.js';

export interface FeedChange {
  readonly kind: 'created' | 'state' | 'deleted';
  readonly snapshot: FeedSnapshot;
}

export interface FeedRegistryOptions extends Partial<Omit<FeedOptions, 'engine' | 'logger'>> {
  readonly engine: Pick<InferenceEngine, 'analyze' | 'createGate' | 'load' | 'replaceModel' | 'retire'>;
  readonly models: Pick<ModelRepository, 'get'>;
  readonly logger: Logger;
  /** Most feeds at a time. 64 if absent. */
  readonly maxFeeds?: number;
}

const DEFAULT_MAX_FEEDS = 64;

/** All feeds of the service, by id. */
export class FeedRegistry {
  private readonly feeds = new Map<string, Feed>();
  /** Pushed feeds that only their producers follow. */
  private readonly unlisted = new Set<Feed>();
  /** Ids whose model is being loaded. */
  private readonly reserved = new Set<string>();
  /** Deleted feeds that still publish what was on its way. */
  private readonly leaving = new Map<string, Promise<void>>();
  private readonly changes$ = new Subject<FeedChange>();
  private readonly feedOptions: FeedOptions;
  private isClosed = false;

  constructor(private readonly options: FeedRegistryOptions) {
    this.feedOptions = {
      history: DEFAULT_HISTORY,
      stallAfterMs: 2000,
      frozenAfterMs: 5000,
      idleRate: 1,
      reconnect: DEFAULT_RECONNECT,
      recipes: { maxRecipes: 8, maxExpensiveRecipes: 3, lingerMs: 30_000 },
      drainTimeoutMs: 10_000,
      ...options,
    };
  }

  /**
   * `pushed` is the video of a source that is pushed. Errors: invalid_argument, already_exists, not_found (the model),
   * resource_exhausted, unavailable.
   */
  async create(settings: FeedSettings, pushed?: PushedInput): Promise<Feed> {
    this.check(settings);
    this.reserved.add(settings.id);
    try {
      const model = await this.loadModel(settings);
      if (this.isClosed) throw shuttingDown();
      const isListed = pushed?.isListed ?? true;
      const onState = (snapshot: FeedSnapshot): void => {
        if (isListed) this.changes$.next({ kind: 'state', snapshot });
      };
      const feed = new Feed(settings, model, this.feedOptions, onState, pushed);
      if (isListed) {
        this.feeds.set(settings.id, feed);
        this.changes$.next({ kind: 'created', snapshot: feed.snapshot() });
      } else this.unlisted.add(feed);
      feed.start();
      return feed;
    } finally {
      this.reserved.delete(settings.id);
    }
  }

  /** Error: not_found. */
  get(id: string): Feed {
    const feed = this.feeds.get(id);
    if (feed === undefined) throw SurgicamError.notFound('feed', id, this.hint());
    return feed;
  }

  /** By id, ascending. */
  list(): readonly Feed[] {
    return [...this.feeds.values()].sort((a, b) => (a.id < b.id ? -1 : 1));
  }

  /** Resolves when the feed has stopped and its subscribers were told. Error: not_found. */
  async delete(id: string): Promise<void> {
    const feed = this.get(id);
    this.feeds.delete(id);
    const left = feed.close().then(() => {
      this.leaving.delete(id);
      this.changes$.next({ kind: 'deleted', snapshot: feed.snapshot() });
    });
    this.leaving.set(id, left);
    await left;
  }

  /** Stops a pushed feed, unless somebody has deleted it already. */
  async discard(feed: Pick<Feed, 'id' | 'close'>): Promise<void> {
    if (this.feeds.get(feed.id) === feed) await this.delete(feed.id);
    else {
      await feed.close();
      for (const other of this.unlisted) if (other === feed) this.unlisted.delete(other);
    }
  }

  /** Names of the feeds whose frames are given to a model, those without a listed name included; ascending. */
  using(model: LoadedModel): readonly string[] {
    const users = [...this.feeds.values(), ...this.unlisted].filter(
      ({ loadedModel }) => loadedModel === model,
    );
    return users.map(({ id }) => id).sort();
  }

  /** Feeds of one model go on with another version of it, without losing a frame. */
  replaceModel(from: LoadedModel, to: LoadedModel): void {
    this.options.engine.replaceModel(from, to);
    for (const feed of [...this.feeds.values(), ...this.unlisted]) {
      if (feed.loadedModel === from) feed.useModel(to);
    }
  }

  changes(): Observable<FeedChange> {
    return this.changes$.asObservable();
  }

  /** Stops every feed; what was decoded is analysed and published. No ffmpeg is left. */
  async close(): Promise<void> {
    this.isClosed = true;
    const closing = [...this.feeds.values(), ...this.unlisted].map((feed) => feed.close());
    await Promise.all([...closing, ...this.leaving.values()]);
    this.feeds.clear();
    await stopAllFfmpeg();
    this.changes$.complete();
  }

  /** The model as it is when nothing is left to wait for: it may be reloaded meanwhile. */
  private async loadModel({ id, modelName }: FeedSettings): Promise<LoadedModel> {
    const { engine, models } = this.options;
    for (;;) {
      const pkg = models.get(modelName);
      const model = await engine.load(pkg);
      // Whoever watches hears of the old feed's end before he hears of the new one's beginning.
      await this.leaving.get(id);
      if (models.get(modelName) === pkg) return model;
      engine.retire(model);
    }
  }

  private check(settings: FeedSettings): void {
    const { id, source } = settings;
    if (this.isClosed) throw shuttingDown();
    if (!FEED_ID_PATTERN.test(id)) throw SurgicamError.invalidField('feed_id', id, String(FEED_ID_PATTERN));
    if (isLiveSource(sourceOf(source)) && source.loop) {
      throw SurgicamError.invalidField(
        'source.loop',
        true,
        'false for a live source: only files can start again',
      );
    }
    if (this.feeds.has(id) || this.reserved.has(id)) {
      throw new SurgicamError(
        'already_exists',
        `feed '${id}' exists already; delete it first, or use another id`,
        {
          resource: { type: 'feed', name: id },
        },
      );
    }
    const limit = this.options.maxFeeds ?? DEFAULT_MAX_FEEDS;
    if (this.feeds.size + this.unlisted.size + this.reserved.size >= limit) {
      throw new SurgicamError(
        'resource_exhausted',
        `maxFeeds is ${limit}, and there are as many feeds; delete one first`,
        { retryAfterMs: 5000, resource: { type: 'limit', name: 'maxFeeds' } },
      );
    }
  }

  private hint(): string {
    if (this.feeds.size === 0) return 'there are no feeds; create one first';
    return `there are ${[...this.feeds.keys()].sort().slice(0, 10).join(', ')}`;
  }
}

function shuttingDown(): SurgicamError {
  return new SurgicamError('unavailable', 'the service is shutting down', { retryAfterMs: 1000 });
}
