import { Metadata } from '@grpc/grpc-js';
import {
  FeedSettings,
  HardwareAcceleration,
  Pacing,
  PhantomPace,
  type Feed,
} from '../../../src/rpc/gen/surgicam/v1/feed.js';
import { FeedChangeKind, type WatchFeedsResponse } from '../../../src/rpc/gen/surgicam/v1/feed_service.js';
import { fromCallError } from './calls/call-error.js';
import { unary, type RequestOptions } from './calls/unary.js';
import { chosen } from './chosen.js';
import type { Connection } from './connection.js';
import { SurgicamError } from './errors.js';

const PACINGS = { live: Pacing.LIVE, 'every-frame': Pacing.EVERY_FRAME } as const;
const ACCELERATIONS = {
  auto: HardwareAcceleration.AUTO,
  cuda: HardwareAcceleration.CUDA,
  none: HardwareAcceleration.NONE,
} as const;
const PACES = { 'real-time': PhantomPace.REAL_TIME, fast: PhantomPace.FAST } as const;

/** What a feed is made of. */
export interface NewFeed {
  /** 1 to 63 characters: [a-z0-9][a-z0-9-]{0,62}. */
  readonly feedId: string;
  /** Exactly one: what ffmpeg reads on the server, or the synthetic scene. */
  readonly source:
    | { readonly uri: string; readonly ownSpeed?: boolean; readonly loop?: boolean }
    | {
        readonly phantom: {
          readonly seed?: number;
          readonly frameRate?: number;
          readonly width?: number;
          readonly height?: number;
          readonly frameCount?: number;
          readonly loop?: boolean;
          readonly pace?: keyof typeof PACES;
        };
      };
  /** The server's default model if absent. */
  readonly modelName?: string;
  /** `live` if absent: only the newest frame is kept. `every-frame` slows the decoder down instead. */
  readonly pacing?: keyof typeof PACINGS;
  /** `auto` if absent. */
  readonly hardwareAcceleration?: keyof typeof ACCELERATIONS;
}

/** One change of a watch. `existing`: the feed was there when the watch began. */
export interface FeedChange {
  readonly kind: 'existing' | 'created' | 'state-changed' | 'deleted' | 'unknown';
  /** The feed after it; a deleted feed as it was last. */
  readonly feed: Feed;
}

const KINDS: Partial<Record<FeedChangeKind, FeedChange['kind']>> = {
  [FeedChangeKind.EXISTING]: 'existing',
  [FeedChangeKind.CREATED]: 'created',
  [FeedChangeKind.STATE_CHANGED]: 'state-changed',
  [FeedChangeKind.DELETED]: 'deleted',
};

/** What is being watched. Every call rejects with SurgicamError. */
export class Feeds {
  constructor(private readonly connection: Connection) {}

  /** Answers as soon as the feed is registered; whether its source can be opened shows in its state. */
  async create(feed: NewFeed, options?: RequestOptions): Promise<Feed> {
    const { feeds } = this.connection.stubs;
    const request = { settings: settingsOf(feed) };
    return present((await unary(feeds.createFeed.bind(feeds), request, options)).feed);
  }

  /** Error: NotFoundError. */
  async get(feedId: string, options?: RequestOptions): Promise<Feed> {
    const { feeds } = this.connection.stubs;
    return present((await unary(feeds.getFeed.bind(feeds), { feedId }, options)).feed);
  }

  /** All feeds by ascending id, fetched a page at a time (100 if `pageSize` is absent). */
  async *list(
    options: RequestOptions & { readonly pageSize?: number } = {},
  ): AsyncGenerator<Feed, void, undefined> {
    const { feeds } = this.connection.stubs;
    let pageToken = '';
    do {
      const request = { pageSize: options.pageSize ?? 0, pageToken };
      const page = await unary(feeds.listFeeds.bind(feeds), request, options);
      yield* page.feeds;
      pageToken = page.nextPageToken;
    } while (pageToken !== '');
  }

  /** Stops the feed and forgets it; gives it as it was last. Error: NotFoundError. */
  async delete(feedId: string, options?: RequestOptions): Promise<Feed> {
    const { feeds } = this.connection.stubs;
    return present((await unary(feeds.deleteFeed.bind(feeds), { feedId }, options)).feed);
  }

  /**
   * Every feed there is, then each change. The signal ends it quietly; a lost connection with UnavailableError: start it
   * again then, and what it calls `existing` is the whole truth.
   */
  async *watch({ signal }: { readonly signal?: AbortSignal | undefined } = {}): AsyncGenerator<
    FeedChange,
    void,
    undefined
  > {
    const { stubs, closed } = this.connection;
    const ends = [closed, ...(signal === undefined ? [] : [signal])];
    const isOver = (): boolean => ends.some(({ aborted }) => aborted);
    if (isOver()) return;
    const call = stubs.feeds.watchFeeds({}, new Metadata());
    const cancel = (): void => call.cancel();
    for (const end of ends) end.addEventListener('abort', cancel, { once: true });
    call.on('error', () => undefined); // the cancellation below is nobody's error
    try {
      for await (const response of call) {
        const { kind, feed } = response as WatchFeedsResponse;
        if (feed !== undefined) yield { kind: KINDS[kind] ?? 'unknown', feed };
      }
    } catch (thrown) {
      if (!isOver()) throw fromCallError(thrown);
    } finally {
      for (const end of ends) end.removeEventListener('abort', cancel);
      call.cancel();
    }
  }
}

function settingsOf(feed: NewFeed): FeedSettings {
  const { feedId, source, modelName = '', pacing = 'live', hardwareAcceleration = 'auto' } = feed;
  return FeedSettings.fromPartial({
    feedId,
    modelName,
    pacing: chosen('pacing', pacing, PACINGS),
    hardwareAcceleration: chosen('hardwareAcceleration', hardwareAcceleration, ACCELERATIONS),
    source: { source: sourceOf(source) },
  });
}

function sourceOf(source: NewFeed['source']) {
  if ('uri' in source) return { $case: 'uri', value: source } as const;
  const { pace, ...phantom } = source.phantom;
  const value =
    pace === undefined ? phantom : { ...phantom, pace: chosen('source.phantom.pace', pace, PACES) };
  return { $case: 'phantom', value } as const;
}

function present<Value>(value: Value | undefined): Value {
  if (value === undefined) throw new SurgicamError('internal', 'the answer of the service is empty');
  return value;
}
