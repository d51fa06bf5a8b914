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
import type { OpenGraph, RunGraph } from '../onnx/foreign/run-graph.js';
import { batchLimit } from './batch-limit.js';
import { Dispatcher } from './dispatcher.js';
import type { ForwardBenchmarkOptions, InferenceEngineOptions } from './engine-options.js';
import type { EngineStats } from './engine-stats.js';
import { benchmarkForward, type ForwardSpeed } from './forward-benchmark.js';
import { Lane, type LaneOptions } from './lane.js';
import { modelKeyOf, type LoadedModel } from './loaded-model.js';
import { ModelInUse } from './model-in-use.js';
import { pipelineDepth } from './pipeline-depth.js';
import { DEFAULT_PROVIDERS, type Provider } from './provider-selection.js';
import { workerLayout, type WorkerLayout } from './worker-layout.js';
import type { BenchmarkVariant } from './worker-messages.js';
import type { WorkerHealth } from './worker-health.js';
import { WorkerSlot } from './worker-slot.js';

export type { ForwardBenchmarkOptions, InferenceEngineOptions } from './engine-options.js';

/** Runs models on the frames of all feeds, in worker threads: the main thread only moves buffers. */
export class InferenceEngine {
  readonly layout: WorkerLayout;
  readonly #slots: readonly WorkerSlot[];
  readonly #dispatcher: Dispatcher;
  readonly #loads = new Map<string, Promise<ModelInUse>>();
  readonly #loaded = new Map<string, ModelInUse>();
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
    for (;;) {
      const inUse = await (this.#loads.get(key) ?? this.#beginLoad(key, pkg));
      if (this.#loaded.get(key) !== inUse) continue; // it was given up meanwhile
      inUse.isRetired = false;
      return inUse.model;
    }
  }

  /**
   * Moves the lanes that may be moved from one loaded model to another of the same input size and classes, between two
   * batches: what is at work is still finished by the old one, which is then given up as by `retire`. No frame is lost.
   */
  replaceModel(from: LoadedModel, to: LoadedModel): void {
    const [old, next] = [this.#loaded.get(from.key), this.#loaded.get(to.key)];
    if (old === undefined || next === undefined || old === next) return;
    old.moveTo(next);
    this.retire(from);
    this.#dispatcher.dispatch();
  }

  /** Gives the workers' memory of a model back as soon as no lane uses it; `load` takes that back. */
  retire(model: LoadedModel): void {
    const inUse = this.#loaded.get(model.key);
    if (inUse === undefined) return;
    inUse.isRetired = true;
    this.#releaseUnused(inUse);
  }

  /** An EVERY_FRAME source's gate: as many frames as keep every worker busy with it alone, and no more. */
  createGate(): CreditGate {
    const providers = [...this.#loaded.values()].map(({ model }) => model.provider);
    const batch = Math.max(1, ...providers.map((provider) => this.#batchLimit(provider)));
    const depth = Math.max(1, ...providers.map((provider) => this.#depth(provider)));
    // The batches that every worker may have, one that is waiting, and a frame that is being given out.
    return new CreditGate((this.#slots.length * depth + 1) * batch + 1);
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
        const inUse = this.#loaded.get(options.model.key);
        if (inUse === undefined) throw SurgicamError.notFound('loaded model', options.model.description.name);
        const lane = new Lane(options, () => this.#dispatcher.dispatch());
        inUse.add(lane);
        return source.pipe(
          lane.carry,
          takeUntil(this.#closing),
          finalize(() => {
            for (const user of this.#loaded.values()) if (user.remove(lane)) this.#releaseUnused(user);
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

  /** Opens a graph of any kind on the processor, to be run many times, in the first worker. Error: what the runtime says. */
  readonly openGraph: OpenGraph = async (graph) => {
    this.#failIfClosed();
    return this.#slots[0]!.openGraph({ graph, intraOpThreads: this.layout.intraOpThreads });
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

  #depth(provider: Provider): number {
    return pipelineDepth(this.options.pipelineDepth ?? 0, provider);
  }

  #beginLoad(key: string, pkg: ModelPackage): Promise<ModelInUse> {
    const loading = this.#load(key, pkg);
    this.#loads.set(key, loading);
    loading.catch(() => {
      this.#loads.delete(key); // what was missing may be there next time
      this.#releaseInWorkers(key);
    });
    return loading;
  }

  #releaseUnused(inUse: ModelInUse): void {
    const { key, description } = inUse.model;
    if (!inUse.isRetired || inUse.laneCount > 0) return;
    this.#loads.delete(key);
    this.#loaded.delete(key);
    this.#dispatcher.remove(inUse.batcher);
    this.#releaseInWorkers(key);
    this.options.logger.info({ model: description.name, version: description.version }, 'model given up');
  }

  /** Batches that are at work are done before. */
  #releaseInWorkers(key: string): void {
    for (const slot of this.#slots) slot.release(key).catch(() => undefined); // the worker ended, and its models with it
  }

  async #load(key: string, pkg: ModelPackage): Promise<ModelInUse> {
    const { providers = DEFAULT_PROVIDERS, strict = false, maxWaitMs = 2, logger } = this.options;
    const { latencyTargetMs = 0, devices = [], tuning } = this.options;
    const { intraOpThreads } = this.layout;
    const { graphPath, graphOutputs, description } = pkg;
    const maxBatch = this.options.maxBatch ?? 0;
    const graphSha256 = pkg.manifest.graph.sha256;
    const request = {
      ...{ modelKey: key, graphPath, graphSha256, graphOutputs, description, intraOpThreads, maxBatch },
      ...(tuning === undefined ? {} : { tuning }),
    };
    const device = (place: number) =>
      devices.length === 0 ? {} : { deviceId: devices[place % devices.length]! };
    // The first worker finds out which provider works; the others must do with the same.
    const [first, ...others] = this.#slots;
    const { provider, fallbackReason } = await first!.load({ ...request, ...device(0), providers, strict });
    const same = { ...request, providers: [provider], strict: true };
    if (this.#loaded.size === 0)
      await Promise.all(others.map((slot, i) => slot.load({ ...same, ...device(i + 1) })));
    // While others are in use, one worker after the other: the rest goes on with them.
    else for (const [i, slot] of others.entries()) await slot.load({ ...same, ...device(i + 1) });
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
    const inUse = new ModelInUse(model, {
      ...{ maxBatch: this.#batchLimit(provider), maxWaitMs, latencyTargetMs },
      depth: this.#depth(provider),
    });
    this.#loaded.set(key, inUse);
    this.#dispatcher.add(inUse);
    return inUse;
  }

  #failIfClosed(): void {
    if (this.#closed !== undefined) throw engineClosed();
  }
}

function engineClosed(): SurgicamError {
  return new SurgicamError('unavailable', 'the inference engine was closed');
}
