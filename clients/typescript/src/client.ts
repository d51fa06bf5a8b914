import type { Observable } from 'rxjs';
import type { FrameAnalysis } from '../../../src/rpc/gen/surgicam/v1/analysis.js';
import type { Model } from '../../../src/rpc/gen/surgicam/v1/model.js';
import { outputsOf, thresholdsOf, type AnalysisWish } from './analysis-options.js';
import type { HealthStatus } from './calls/health-client.js';
import { unary, type RequestOptions } from './calls/unary.js';
import { Connection, type ConnectOptions } from './connection.js';
import { SurgicamError } from './errors.js';
import { Feeds } from './feeds.js';
import { observe } from './observe.js';
import type { PushOptions } from './push/options.js';
import { PushedVideo, type VideoChunk } from './push/pushed-video.js';
import type { SubscriptionEvent } from './subscription/events.js';
import type { SubscribeOptions } from './subscription/options.js';
import { Subscription } from './subscription/subscription.js';

/** What AnalyzeImage takes beside the picture. */
export interface ImageOptions extends AnalysisWish, RequestOptions {
  /** The server's default model if absent. */
  readonly modelName?: string;
}

/** The models of a server. */
export interface ModelList {
  /** By ascending name. */
  readonly models: readonly Model[];
  /** The one that is assumed where a request names none. */
  readonly defaultModelName: string;
}

const HEALTH_DEADLINE_MS = 5000;

/** A client of one Surgicam service. Every promise rejects with SurgicamError or a subclass of it. */
export class SurgicamClient {
  readonly feeds: Feeds;
  readonly #connection: Connection;

  /** @internal Use `connect`. */
  constructor(connection: Connection) {
    this.#connection = connection;
    this.feeds = new Feeds(connection);
  }

  get address(): string {
    return this.#connection.address;
  }

  /** Follows a feed; goes on by itself after a lost connection. Error: InvalidArgumentError, naming the option. */
  subscribe(feedId: string, options: SubscribeOptions = {}): Subscription {
    return new Subscription(this.#connection, feedId, options);
  }

  /** The analyses of a feed; every subscriber has a subscription of its own. */
  observe(feedId: string, options: SubscribeOptions = {}): Observable<FrameAnalysis> {
    return observe(
      () => this.subscribe(feedId, options),
      (subscription) => subscription,
    );
  }

  /** Everything that happens to the subscription, as `Subscription.events`. */
  observeEvents(feedId: string, options: SubscribeOptions = {}): Observable<SubscriptionEvent> {
    return observe(
      () => this.subscribe(feedId, options),
      (subscription) => subscription.events(),
    );
  }

  /**
   * Sends one's own video and gives its analyses, in order. `chunks`: a Node stream, an async generator, an array; of the
   * format `pictures` a whole JPEG or PNG each. Error: InvalidArgumentError, naming the option.
   */
  analyzeStream(chunks: Iterable<VideoChunk> | AsyncIterable<VideoChunk>, options: PushOptions): PushedVideo {
    return new PushedVideo(this.#connection, chunks, options);
  }

  /** One JPEG or PNG through one model. */
  async analyzeImage(image: Uint8Array, options: ImageOptions = {}): Promise<FrameAnalysis> {
    const { analysis } = this.#connection.stubs;
    const request = {
      modelName: options.modelName ?? '',
      image: Buffer.from(image.buffer, image.byteOffset, image.byteLength),
      outputs: outputsOf(options),
      thresholds: thresholdsOf(options),
    };
    const { frameAnalysis } = await unary(analysis.analyzeImage.bind(analysis), request, options);
    if (frameAnalysis === undefined) throw new SurgicamError('internal', 'the answer holds no analysis');
    return frameAnalysis;
  }

  async listModels(options?: RequestOptions): Promise<ModelList> {
    const { models } = this.#connection.stubs;
    return unary(models.listModels.bind(models), {}, options);
  }

  /** The default model if `modelName` is absent. Error: NotFoundError. */
  async getModel(modelName = '', options?: RequestOptions): Promise<Model> {
    const { models } = this.#connection.stubs;
    const { model } = await unary(models.getModel.bind(models), { modelName }, options);
    if (model === undefined) throw new SurgicamError('internal', 'the answer holds no model');
    return model;
  }

  /** Health of the server, or of one service, for example `surgicam.v1.AnalysisService`. */
  async health(service = '', options: RequestOptions = {}): Promise<HealthStatus> {
    const { health } = this.#connection.stubs;
    return unary(health.check.bind(health), service, { deadlineMs: HEALTH_DEADLINE_MS, ...options });
  }

  /** Ends everything under way. */
  close(): void {
    this.#connection.close();
  }

  [Symbol.dispose](): void {
    this.close();
  }
}

/**
 * A client of the service at `host:port`. It connects with the first call. Error: InvalidArgumentError for TLS texts
 * that do not fit, or a token that others could read on the way.
 */
export function connect(address: string, options: ConnectOptions = {}): SurgicamClient {
  return new SurgicamClient(new Connection(address, options));
}
