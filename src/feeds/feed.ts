import { Subject, takeUntil, tap, type Subscription } from 'rxjs';
import { InProcessTopic } from '../bus/feed-topic.js';
import type { Delivery, TopicReader } from '../bus/topic-reader.js';
import { resolveRecipe, type KeyedRecipe } from '../domain/analysis-recipe.js';
import { SurgicamError } from '../domain/errors.js';
import type { FeedSettings, FeedSnapshot, FeedState } from '../domain/feed.js';
import type { DropReason } from '../domain/frame-analysis.js';
import type { ModelDescription } from '../domain/model-description.js';
import type { VideoFrame } from '../domain/video-frame.js';
import { CreditGate } from '../flow/credit-gate.js';
import type { LoadedModel } from '../inference/loaded-model.js';
import { LossReporter } from '../observability/loss-reporter.js';
import { parseSourceUri, sourceDisplayName } from '../video/source-uri.js';
import { feedFrames } from './feed-frames.js';
import { FeedMeter } from './feed-meter.js';
import type { FeedOptions } from './feed-options.js';
import { FeedStateHolder } from './feed-state.js';
import { IdleGate } from './idle-gate.js';
import { RecipeBook } from './recipe-book.js';
import { watchForStalls } from './stall-watch.js';

/** EVERY_FRAME: frames between decoder and results; enough to keep every worker busy, little enough to stay fresh. */
const GATE_CREDITS = 16;

export interface SubscribeOptions {
  readonly recipe: KeyedRecipe;
  readonly delivery: Delivery;
  /** Begin behind this frame as far as the history reaches. If absent, begin with the next analysis. */
  readonly resumeAfterSequence?: number;
}

/** A reader of a feed that also decides what is computed for it. */
export interface FeedSubscription extends TopicReader {
  /** Another recipe from the next dispatched frame on. Error: resource_exhausted; the old recipe then stays. */
  update(recipe: KeyedRecipe): void;
}

/** One feed: its source, its way through the engine, its life cycle and its topic. */
export class Feed {
  private readonly topic: InProcessTopic;
  private readonly meter = new FeedMeter();
  private readonly holder: FeedStateHolder;
  private readonly book: RecipeBook;
  private readonly losses: LossReporter;
  private readonly stop$ = new Subject<void>();
  private readonly createdAtMs = Date.now();
  private readonly publicUri: string;
  private frameSize = { width: 0, height: 0 };
  private running: Subscription | undefined;
  private finished: Promise<void> = Promise.resolve();

  constructor(
    private readonly settings: FeedSettings,
    private readonly loaded: LoadedModel,
    private readonly options: FeedOptions,
    /** Hears of every change of state. */
    private readonly onState: (snapshot: FeedSnapshot) => void,
  ) {
    const source = parseSourceUri(settings.source.uri);
    this.publicUri = sourceDisplayName(source);
    this.topic = new InProcessTopic(options.history);
    this.book = new RecipeBook(options.recipes, settings.id);
    this.losses = new LossReporter(options.logger.child({ feedId: settings.id }), 'frames not analysed');
    this.holder = new FeedStateHolder((state) => this.announce(state));
  }

  get id(): string {
    return this.settings.id;
  }

  get model(): ModelDescription {
    return this.loaded.description;
  }

  /** How things stand, without credentials or folders. */
  snapshot(): FeedSnapshot {
    const { settings, createdAtMs, frameSize } = this;
    return {
      settings: { ...settings, source: { ...settings.source, uri: this.publicUri } },
      state: this.holder.state,
      counters: this.meter.counters(performance.now()),
      frameWidth: frameSize.width,
      frameHeight: frameSize.height,
      createdAtMs,
    };
  }

  /** Begins to decode. Called once. */
  start(): void {
    const { settings, loaded, options } = this;
    const { inputWidth: width, inputHeight: height } = loaded.description;
    const everyFrame = settings.pacing === 'every_frame';
    const gate = everyFrame ? new CreditGate(GATE_CREDITS) : undefined;
    const idle = new IdleGate(options.idleRate);
    const idleRecipes = [resolveRecipe({ boxes: true }, loaded.description)];
    const isExpected = (): boolean => this.holder.state.kind === 'live' && (gate?.isOpen() ?? true);
    const watch = watchForStalls(options.stallAfterMs, isExpected, () =>
      this.holder.setState({ kind: 'stalled' }),
    );
    this.finished = new Promise((resolve) => {
      this.running = feedFrames({
        source: {
          feedId: settings.id,
          source: settings.source,
          width,
          height,
          hardwareAcceleration: settings.hardwareAcceleration,
          logger: options.logger,
          ...(gate === undefined ? {} : { gate }),
          ...(options.ffmpegPath === undefined ? {} : { ffmpegPath: options.ffmpegPath }),
        },
        reconnect: options.reconnect,
        onReconnect: (attempt, delayMs, error) => this.reconnecting(attempt, delayMs, error),
      })
        .pipe(
          takeUntil(this.stop$),
          tap((frame) => {
            watch.frame();
            this.seen(frame);
          }),
          options.engine.analyze({
            model: loaded,
            pacing: settings.pacing,
            ...(gate === undefined ? {} : { gate }),
            recipes: () => (this.book.recipes.length > 0 ? this.book.recipes : idleRecipes),
            // EVERY_FRAME means every frame, whoever looks; LIVE idles when nobody does.
            admit: () => everyFrame || this.book.recipes.length > 0 || idle.admit(performance.now()),
            onDrop: (_frame, reason) => this.dropped(reason),
          }),
        )
        .subscribe({
          next: (analyzed) => {
            this.meter.countAnalyzed(analyzed.facts);
            this.topic.publish(analyzed);
          },
          error: (error: unknown) => this.failed(SurgicamError.from(error)),
          complete: () => this.holder.setState({ kind: 'ended' }),
        });
      this.running.add(() => {
        watch.stop();
        resolve();
      });
    });
  }

  subscribe({ recipe, delivery, resumeAfterSequence }: SubscribeOptions): FeedSubscription {
    let release = this.book.hold(recipe);
    const reader = this.topic.openReader({
      recipeKey: recipe.key,
      delivery,
      ...(resumeAfterSequence === undefined ? {} : { resumeAfterSequence }),
    });
    return {
      poll: () => reader.poll(),
      onItem: (listener) => reader.onItem(listener),
      setRecipe: (key) => reader.setRecipe(key),
      get skipped() {
        return reader.skipped;
      },
      update: (next) => {
        const releaseNext = this.book.hold(next);
        release();
        release = releaseNext;
        reader.setRecipe(next.key);
      },
      close: () => {
        release();
        reader.close();
      },
    };
  }

  /** Stops the source, lets what is on its way be analysed and published, then closes the topic. */
  async close(): Promise<void> {
    this.stop$.next();
    await this.finished;
    this.losses.flush();
    this.book.clear();
    this.topic.close();
  }

  private seen(frame: VideoFrame): void {
    this.meter.countDecoded(frame.capturedAtMonotonicMs);
    this.frameSize = { width: frame.sourceWidth, height: frame.sourceHeight };
    this.holder.setState({ kind: 'live' });
  }

  private dropped(reason: DropReason): void {
    this.meter.countDropped(reason);
    // An idle feed leaves frames out on purpose, and a feed that is being closed has nothing to report.
    if (reason === 'superseded' || reason === 'inference_failed') this.losses.add(reason);
  }

  private reconnecting(attempt: number, delayMs: number, { message: reason }: SurgicamError): void {
    this.options.logger.warn(
      { feedId: this.id, attempt, delayMs: Math.round(delayMs), reason },
      'feed reconnects',
    );
    this.holder.setState({ kind: 'reconnecting', attempt, nextTryAtMs: Date.now() + delayMs, reason });
  }

  private failed(error: SurgicamError): void {
    this.options.logger.error({ feedId: this.id, reason: error.message }, 'feed failed');
    this.holder.setState({ kind: 'failed', reason: error.message });
  }

  private announce(state: FeedState): void {
    const snapshot = this.snapshot();
    this.options.logger.info({ feedId: this.id, state: state.kind }, 'feed state');
    this.topic.announce(snapshot);
    this.onState(snapshot);
  }
}
