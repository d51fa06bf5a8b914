import { availableParallelism } from 'node:os';
import {
  BehaviorSubject,
  Subject,
  defer,
  distinctUntilChanged,
  finalize,
  takeUntil,
  type Observable,
  type OperatorFunction,
} from 'rxjs';
import { SurgicamError } from '../domain/errors.js';
import type { AnalyzedFrame } from '../domain/frame-analysis.js';
import type { VideoFrame } from '../domain/video-frame.js';
import { CreditGate } from '../flow/credit-gate.js';
import type { ModelPackage } from '../models/model-package.js';
import type { RunGraph } from '../onnx/foreign/run-graph.js';
import type { Logger } from '../observability/logger.js';
import { batchLimit } from './batch-limit.js';
import { Batcher } from './batcher.js';
import { Dispatcher } from './dispatcher.js';
import type { EngineStats } from './engine-stats.js';
import { benchmarkForward, type ForwardSpeed } from './forward-benchmark.js';
import { Lane, type LaneOptions } from './lane.js';
import { modelKeyOf, type LoadedModel } from './loaded-model.js';
import { DEFAULT_PROVIDERS, type Provider } from './provider-selection.js';
import type { Ticket } from './ticket.js';
import { workerLayout, type WorkerLayout } from './worker-layout.js';
import type { BenchmarkVariant } from './worker-messages.js';
import type { WorkerHealth } from './worker-health.js';
import { WorkerSlot } from './worker-slot.js';

export interface InferenceEngineOptions {
  /** See workerLayout. If absent or 0, chosen for the machine. */
  readonly workers?: number;
  readonly intraOpThreads?: number;
  /** In the order they are tried. If absent, cuda, tensorrt, webgpu, cpu. */
  readonly providers?: readonly Provider[];
  /** Refuse any provider but the first. If absent, false. */
  readonly strict?: boolean;
  /** Most frames in a batch. If absent or 0, chosen for the provider; see batchLimit. */
  readonly maxBatch?: number;
  /** How long a frame may wait for those of other feeds, milliseconds. If absent, 2. */
  readonly maxWaitMs?: number;
  /** A run that takes longer counts as hung, milliseconds. If absent or 0, none does. */
  readonly runTimeoutMs?: number;
  readonly logger: Logger;
}

export interface ForwardBenchmarkOptions {
  /** Frames in a run. If absent, 1. */
  readonly batch?: number;
  readonly seconds: number;
  /** If absent, those of the engine. */
  readonly workers?: number;
  readonly intraOpThreads?: number;
  /** If absent, cpu. */
  readonly provider?: Provider;
}

interface LoadedEntry {
  readonly model: LoadedModel;
  readonly batcher: Batcher<Ticket>;
}

/** Runs models on the frames of all feeds, in worker threads: the main thread only moves buffers. */
export class InferenceEngine {
  readonly layout: WorkerLayout;
  readonly #slots: readonly WorkerSlot[];
  readonly #dispatcher: Dispatcher;
  readonly #loads = new Map<string, Promise<LoadedEntry>>();
  readonly #loaded = new Map<string, LoadedEntry>();
  readonly #closing = new Subject<never>();
  readonly #canRun = new BehaviorSubject(true);
  #closed: Promise<void> | undefined;

  private constructor(private readonly options: InferenceEngineOptions) {
    const { logger, runTimeoutMs = 0 } = options;
    this.layout = workerLayout(options, availableParallelism());
    this.#slots = Array.from(
      { length: this.layout.workers },
      (_, index) =>
        new WorkerSlot({
          index,
          logger,
          onFree: () => this.#dispatcher.dispatch(),
          onChange: () => this.#workersChanged(),
          ...(runTimeoutMs === 0 ? {} : { runTimeoutMs }),
        }),
    );
    this.#dispatcher = new Dispatcher(this.#slots, logger);
  }

  static start(options: InferenceEngineOptions): InferenceEngine {
    return new InferenceEngine(options);
  }

  /**
   * Loads a package into every worker and runs it once; the same package is loaded once only. Errors:
   * failed_precondition when no allowed provider can run it, unavailable when the engine is closed.
   */
  async load(pkg: ModelPackage): Promise<LoadedModel> {
    this.#failIfClosed();
    const key = modelKeyOf(pkg);
    let loading = this.#loads.get(key);
    if (loading === undefined) {
      loading = this.#load(key, pkg);
      this.#loads.set(key, loading);
      loading.catch(() => this.#loads.delete(key)); // what was missing may be there next time
    }
    return (await loading).model;
  }

  /** The package of this name that was loaded last. */
  loaded(name: string): LoadedModel | undefined {
    return [...this.#loaded.values()].findLast(({ model }) => model.description.name === name)?.model;
  }

  /** An EVERY_FRAME source's gate: as many frames as keep every worker busy with it alone, and no more. */
  createGate(): CreditGate {
    const providers = [...this.#loaded.values()].map(({ model }) => model.provider);
    const batch = Math.max(1, ...providers.map((provider) => this.#batchLimit(provider)));
    // A batch in every worker, one that is waiting, and a frame that is being given out.
    return new CreditGate((this.#slots.length + 1) * batch + 1);
  }

  /**
   * Frames in, analyses out in the frames' order. A frame whose batch fails is dropped and the rest goes on. The
   * source's end or failure is passed on after the analyses of what it had given. Errors of its own:
   * invalid_argument for a frame of another size than the model's, resource_exhausted for a source that does not
   * heed its gate, unavailable when the engine is closed.
   */
  analyze(options: LaneOptions): OperatorFunction<VideoFrame, AnalyzedFrame> {
    return (source) =>
      defer((): Observable<AnalyzedFrame> => {
        this.#failIfClosed();
        const entry = this.#loaded.get(options.model.key);
        if (entry === undefined) throw SurgicamError.notFound('loaded model', options.model.description.name);
        const lane = new Lane(options, () => this.#dispatcher.dispatch());
        entry.batcher.add(lane);
        return source.pipe(
          lane.carry,
          takeUntil(this.#closing),
          finalize(() => {
            entry.batcher.remove(lane);
            this.#dispatcher.dispatch(); // the others may have been waiting for this one
          }),
        );
      });
  }

  /** Whether any worker can be given work; false while all of them are being started again. Says first how it is now. */
  get canRun(): Observable<boolean> {
    return this.#canRun.pipe(distinctUntilChanged());
  }

  /** Asks every worker whether it still works; answers within a second. */
  probeWorkers(): Promise<readonly WorkerHealth[]> {
    return Promise.all(this.#slots.map((slot) => slot.probe()));
  }

  /** Every package that is loaded. */
  models(): readonly LoadedModel[] {
    return [...this.#loaded.values()].map(({ model }) => model);
  }

  stats(): EngineStats {
    const { batches, frames, failedFrames, batchSizes, outputsFetched } = this.#dispatcher.counters;
    return {
      batches,
      frames,
      failedFrames,
      batchSizes: new Map(batchSizes),
      outputsFetched: new Map(outputsFetched),
      previews: this.#dispatcher.previews.counts,
      workers: this.#slots.length,
      workersRunning: this.#slots.filter(({ isRunning }) => isRunning).length,
      workersHung: this.#slots.reduce((sum, { hung }) => sum + hung, 0),
      workerRestarts: this.#slots.reduce((sum, { restarts }) => sum + restarts, 0),
    };
  }

  /** Gives workers up, all where none is named, and starts new ones in their stead. Batches at work are lost. */
  replaceWorkers(places: readonly number[] = [...this.#slots.keys()]): void {
    for (const place of places) this.#slots[place]!.replace();
  }

  /** Speed of graph files bare, in workers beside the engine's own; see benchmarkForward. */
  benchmarkForward(
    variants: readonly BenchmarkVariant[],
    { batch = 1, seconds, workers, intraOpThreads, provider = 'cpu' }: ForwardBenchmarkOptions,
  ): Promise<ForwardSpeed[]> {
    return benchmarkForward(
      { variants, batch, seconds, intraOpThreads: intraOpThreads ?? this.layout.intraOpThreads, provider },
      workers ?? this.layout.workers,
    );
  }

  /** Opens a graph of any kind on the processor, runs it once and closes it. Error: what the runtime says. */
  readonly runGraph: RunGraph = async (graph, feeds, outputs) => {
    this.#failIfClosed();
    const { intraOpThreads } = this.layout;
    return this.#slots[0]!.evaluate({ graph, feeds, outputs, intraOpThreads });
  };

  /** Lanes end with unavailable, batches at work are finished, workers end. Resolves when no thread is left. */
  close(): Promise<void> {
    this.#closed ??= this.#close();
    return this.#closed;
  }

  async #close(): Promise<void> {
    this.#closing.error(engineClosed());
    this.#dispatcher.stop();
    await Promise.all(this.#slots.map((slot) => slot.close()));
  }

  #workersChanged(): void {
    // The first worker begins while the list of all is still being made.
    const slots = this.#slots as readonly WorkerSlot[] | undefined;
    if (slots !== undefined && this.#closed === undefined) {
      this.#canRun.next(slots.some(({ isRunning }) => isRunning));
    }
  }

  #batchLimit(provider: Provider): number {
    return batchLimit(this.options.maxBatch ?? 0, provider);
  }

  async #load(key: string, pkg: ModelPackage): Promise<LoadedEntry> {
    const { providers = DEFAULT_PROVIDERS, strict = false, maxWaitMs = 2, logger } = this.options;
    const { intraOpThreads } = this.layout;
    const { graphPath, graphOutputs, description } = pkg;
    const maxBatch = this.options.maxBatch ?? 0;
    const request = { modelKey: key, graphPath, graphOutputs, description, intraOpThreads, maxBatch };
    // The first worker finds out which provider works; the others must do with the same.
    const [first, ...others] = this.#slots;
    const { provider, fallbackReason } = await first!.load({ ...request, providers, strict });
    await Promise.all(others.map((slot) => slot.load({ ...request, providers: [provider], strict: true })));
    const fields = { model: description.name, provider };
    if (fallbackReason === undefined) logger.info(fields, 'model loaded');
    else logger.warn({ ...fields, fallbackReason }, 'model loaded on a fallback provider');
    const model = {
      key,
      pkg,
      description,
      provider,
      ...(fallbackReason === undefined ? {} : { fallbackReason }),
    };
    const entry = {
      model,
      batcher: new Batcher<Ticket>({ maxBatch: this.#batchLimit(provider), maxWaitMs }),
    };
    this.#loaded.set(key, entry);
    this.#dispatcher.add(key, entry.batcher);
    return entry;
  }

  #failIfClosed(): void {
    if (this.#closed !== undefined) throw engineClosed();
  }
}

function engineClosed(): SurgicamError {
  return new SurgicamError('unavailable', 'the inference engine was closed');
}
