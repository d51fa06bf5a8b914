import { Subject, takeUntil, tap, type Subscription } from 'rxjs';
import { InProcessTopic } from '../bus/feed-topic.js';
import { resolveRecipe, type KeyedRecipe } from '../domain/analysis-recipe.js';
import { SurgicamError } from '../domain/errors.js';
import type { FeedSettings, FeedSnapshot, FeedState } from '../domain/feed.js';
import type { DropReason } from '../domain/frame-analysis.js';
import type { ModelDescription } from '../domain/model-description.js';
import type { VideoFrame } from '../domain/video-frame.js';
import type { FrameGate } from '../domain/frame-gate.js';
import { bothOpen } from '../flow/unread-gate.js';
import type { LoadedModel } from '../inference/loaded-model.js';
import type { Logger } from '../observability/logger.js';
import { LossReporter } from '../observability/loss-reporter.js';
import type { FrameSourceOptions } from '../video/frame-source.js';
import { sourceFailureOf } from '../video/source-failure.js';
import { sourceDisplayName, sourceOf } from '../video/source-uri.js';
import { feedFrames } from './feed-frames.js';
import { FeedMeter } from './feed-meter.js';
import type { FeedOptions } from './feed-options.js';
import { FeedStateHolder } from './feed-state.js';
import { openSubscription, type FeedSubscription, type SubscribeOptions } from './feed-subscription.js';
import { FrozenWatch } from './frozen-watch.js';
import { IdleGate } from './idle-gate.js';
import type { PushedInput } from './pushed-input.js';
import { RecipeBook } from './recipe-book.js';
import { isExpensive } from './recipe-cost.js';
import { watchForStalls } from './stall-watch.js';

export type { FeedSubscription, SubscribeOptions } from './feed-subscription.js';

/** One feed: its source, its way through the engine, its life cycle and its topic. */
export class Feed {
  private readonly topic: InProcessTopic;
  private readonly meter = new FeedMeter();
  private readonly holder: FeedStateHolder;
  private readonly book: RecipeBook;
  private readonly frozen: FrozenWatch;
  private readonly losses: LossReporter;
  private readonly log: Logger;
  /** The last lines of the running ffmpeg, or of the one that ran last. */
  private ffmpegLog: () => readonly string[] = () => [];
  private readonly stop$ = new Subject<void>();
  private readonly createdAtMs = Date.now();
  private readonly publicUri: string;
  private idleRecipes: readonly KeyedRecipe[];
  private frameSize = { width: 0, height: 0 };
  private running: Subscription | undefined;
  private closed: Promise<void> | undefined;

  constructor(
    private readonly settings: FeedSettings,
    private loaded: LoadedModel,
    private readonly options: FeedOptions,
    /** Hears of every change of state. */
    private readonly onState: (snapshot: FeedSnapshot) => void,
    /** The video of a source that is pushed. */
    private readonly pushed?: PushedInput,
  ) {
    const source = sourceOf(settings.source);
    this.idleRecipes = idleRecipesOf(loaded);
    this.publicUri = sourceDisplayName(source);
    this.topic = new InProcessTopic(options.history);
    this.book = new RecipeBook(options.recipes, settings.id, (recipe) => isExpensive(recipe, this.model));
    this.log = options.logger.child({ feedId: settings.id });
    this.frozen = new FrozenWatch(options.frozenAfterMs);
    this.losses = new LossReporter(this.log, 'frames not analysed');
    this.holder = new FeedStateHolder((state) => this.announce(state));
  }

  get id(): string {
    return this.settings.id;
  }

  get model(): ModelDescription {
    return this.loaded.description;
  }

  /** What its frames are given to. */
  get loadedModel(): LoadedModel {
    return this.loaded;
  }

  /** Another version of its model, which its frames are given to from now on; see `InferenceEngine.replaceModel`. */
  useModel(loaded: LoadedModel): void {
    this.log.info(
      { model: loaded.description.name, version: loaded.description.version },
      'feed goes on with another version of its model',
    );
    this.loaded = loaded;
    this.idleRecipes = idleRecipesOf(loaded);
  }

  /** A part of the snapshot that costs nothing. */
  get state(): FeedState {
    return this.holder.state;
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
    const everyFrame = settings.pacing === 'every_frame';
    const gate = everyFrame ? options.engine.createGate() : undefined;
    const unread = gate === undefined ? undefined : this.pushed?.unread;
    const sourceGate = gate === undefined || unread === undefined ? gate : bothOpen(gate, unread);
    const idle = new IdleGate(options.idleRate);
    const isExpected = (): boolean => this.holder.state.kind === 'live' && (sourceGate?.isOpen() ?? true);
    const watch = watchForStalls(options.stallAfterMs, isExpected, () => this.stalled());
    let sourceIsOver = false;
    const frames = feedFrames({
      source: this.sourceOptions(sourceGate),
      reconnect: options.reconnect,
      onReconnect: (attempt, delayMs, error) => this.reconnecting(attempt, delayMs, error),
    }).pipe(
      tap({
        next: (frame) => {
          watch.frame();
          this.seen(frame);
        },
        complete: () => (sourceIsOver = true),
      }),
      takeUntil(this.stop$),
    );
    const analyses = options.engine.analyze({
      model: loaded,
      isMovable: true,
      pacing: settings.pacing,
      ...(gate === undefined ? {} : { gate }),
      recipes: () => (this.book.recipes.length > 0 ? this.book.recipes : this.idleRecipes),
      // EVERY_FRAME means every frame, whoever looks; LIVE idles when nobody does.
      admit: () => everyFrame || this.book.recipes.length > 0 || idle.admit(performance.now()),
      onDrop: (_frame, reason) => this.dropped(reason),
    });
    this.running = frames.pipe(analyses).subscribe({
      next: (analyzed) => {
        this.meter.countAnalyzed(analyzed.facts);
        this.pushed?.unread?.published(analyzed.facts.sequence);
        this.topic.publish(analyzed);
        options.onAnalyzed?.(analyzed.facts);
      },
      error: (error: unknown) => this.failed(SurgicamError.from(error)),
      complete: () => {
        // A feed that is taken away completes too, and has not come to its source's end.
        if (sourceIsOver) this.holder.setState({ kind: 'ended' });
      },
    });
    this.running.add(() => watch.stop());
  }

  /** Error: resource_exhausted for one recipe too many. */
  subscribe(options: SubscribeOptions): FeedSubscription {
    return openSubscription(this.topic, this.book, options);
  }

  /**
   * Stops the source, lets what is on its way be analysed and published, then closes the topic. The state stays
   * what it was.
   */
  close(): Promise<void> {
    this.closed ??= this.stop();
    return this.closed;
  }

  private async stop(): Promise<void> {
    this.stop$.next();
    await this.drained();
    this.losses.flush();
    this.book.clear();
    this.topic.close();
  }

  /** Resolves when nothing is on its way any more; what takes too long is given up and counted as `shutdown`. */
  private drained(): Promise<void> {
    const { running } = this;
    if (running === undefined) return Promise.resolve();
    return new Promise((resolve) => {
      const giveUp = setTimeout(() => running.unsubscribe(), this.options.drainTimeoutMs);
      running.add(() => {
        clearTimeout(giveUp);
        resolve();
      });
    });
  }

  private sourceOptions(gate: FrameGate | undefined): Omit<FrameSourceOptions, 'firstSequence'> {
    const { settings, options } = this;
    const { inputWidth: width, inputHeight: height } = this.model;
    return {
      feedId: settings.id,
      source: settings.source,
      ...(this.pushed === undefined ? {} : { pushed: this.pushed.video }),
      width,
      height,
      hardwareAcceleration: settings.hardwareAcceleration,
      logger: options.logger,
      onFfmpeg: (recentLog) => (this.ffmpegLog = recentLog),
      ...(gate === undefined ? {} : { gate }),
      ...(options.ffmpegPath === undefined ? {} : { ffmpegPath: options.ffmpegPath }),
      ...(options.silenceAfterMs === undefined ? {} : { silenceTimeoutMs: options.silenceAfterMs }),
      ...(options.sourceLimits === undefined ? {} : { limits: options.sourceLimits }),
    };
  }

  private seen(frame: VideoFrame): void {
    this.meter.countDecoded(frame.capturedAtMonotonicMs);
    this.frameSize = { width: frame.sourceWidth, height: frame.sourceHeight };
    this.holder.setState({ kind: 'live' });
    const frozenSinceMs = this.frozen.frame(frame);
    if (this.holder.setFrozen(frozenSinceMs) && frozenSinceMs !== undefined) this.meter.countFreeze();
  }

  private dropped(reason: DropReason): void {
    this.meter.countDropped(reason);
    // An idle feed leaves frames out on purpose, and a feed that is being closed has nothing to report.
    if (reason !== 'rate_limited' && reason !== 'shutdown') this.losses.add(reason);
  }

  private stalled(): void {
    if (this.holder.state.kind === 'stalled') return;
    this.meter.countStall();
    const { stallAfterMs } = this.options;
    this.log.warn({ stallAfterMs, ffmpegLog: this.ffmpegLog() }, 'feed stalls: no frame for too long');
    this.holder.setState({ kind: 'stalled' });
  }

  private reconnecting(attempt: number, delayMs: number, { message: reason }: SurgicamError): void {
    this.meter.countReconnect();
    const fields = { attempt, delayMs: Math.round(delayMs), reason, ffmpegLog: this.ffmpegLog() };
    this.log.warn(fields, 'feed reconnects');
    this.holder.setState({ kind: 'reconnecting', attempt, nextTryAtMs: Date.now() + delayMs, reason });
  }

  private failed(error: SurgicamError): void {
    this.log.error({ reason: error.message, ffmpegLog: this.ffmpegLog() }, 'feed failed');
    const sourceLog = sourceFailureOf(error)?.log ?? this.ffmpegLog();
    this.holder.setState({ kind: 'failed', reason: error.message, code: error.code, sourceLog });
  }

  private announce(state: FeedState): void {
    const snapshot = this.snapshot();
    const frozen = state.kind === 'live' && state.frozenSinceMs !== undefined;
    if (frozen)
      this.log.warn(
        { since: new Date(state.frozenSinceMs).toISOString() },
        'feed is frozen: always the same picture',
      );
    else this.log.info({ state: state.kind }, 'feed state');
    this.topic.announce(snapshot);
    this.onState(snapshot);
  }
}

/** What is computed of a feed that nobody follows. */
function idleRecipesOf({ description }: LoadedModel): readonly KeyedRecipe[] {
  return [resolveRecipe({ boxes: true }, description)];
}
