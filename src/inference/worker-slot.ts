import { setTimeout as delay } from 'node:timers/promises';
import { SurgicamError } from '../domain/errors.js';
import type { Logger } from '../observability/logger.js';
import type { OpenedGraph } from '../onnx/foreign/run-graph.js';
import { WorkerHandle } from './worker-handle.js';
import { probeWorker, type WorkerHealth } from './worker-health.js';
import type {
  EvaluateReply,
  EvaluateRequest,
  LoadReply,
  LoadRequest,
  OpenRequest,
  RunReply,
  RunRequest,
} from './worker-messages.js';

/** Wait before the first, second, third, ... restart in a row that brought no result, milliseconds. */
const RESTART_DELAYS_MS = [0, 500, 1_000, 5_000, 30_000];

/** Threads of one place that may be inside a run for ever, each with a core of its own, before no more is started. */
const MAX_HUNG = 2;

type State =
  | { readonly kind: 'running'; readonly handle: WorkerHandle }
  | { readonly kind: 'restarting' }
  | { readonly kind: 'closed' };

export interface WorkerSlotOptions {
  readonly index: number;
  readonly logger: Logger;
  /** The slot may have become free. */
  readonly onFree: () => void;
  /** A worker ended or another one is there in its stead. If absent, nobody wants to know. */
  readonly onChange?: () => void;
  /** A run that takes longer counts as hung, milliseconds: the worker is given up and replaced. If absent, none does. */
  readonly runTimeoutMs?: number;
}

/** The place of one worker: a thread that ends by itself is replaced, with its models loaded again. */
export class WorkerSlot {
  readonly #models = new Map<string, LoadRequest>();
  readonly #closing = new AbortController();
  #state: State = { kind: 'restarting' };
  /** The worker in use, or the one that is being started in its stead. */
  #current: Promise<WorkerHandle>;
  /** Calls without an answer, and the runs among them. */
  #working = 0;
  #runs = 0;
  /** Resolves when every run that was asked for is over. */
  #lastRun = Promise.resolve();
  #restarts = 0;
  /** Threads that were given up and have not ended. */
  readonly #hung = new Set<Promise<void>>();
  #restartsInARow = 0;

  constructor(private readonly options: WorkerSlotOptions) {
    const handle = this.#start();
    this.#current = Promise.resolve(handle);
    this.#use(handle);
  }

  /** Batches that it has; undefined while it can be given none: it loads a model, or there is no thread. */
  get runs(): number | undefined {
    return this.#state.kind === 'running' && this.#working === this.#runs ? this.#runs : undefined;
  }

  /** Whether there is a thread that can be given work. */
  get isRunning(): boolean {
    return this.#state.kind === 'running';
  }

  /** Threads that were given up inside a run and are still in it. */
  get hung(): number {
    return this.#hung.size;
  }

  get restarts(): number {
    return this.#restarts;
  }

  /** Asks the worker whether it still works; see probeWorker. */
  async probe(): Promise<WorkerHealth> {
    const state = this.#state;
    if (state.kind === 'running') return probeWorker(state.handle);
    return this.#hung.size >= MAX_HUNG ? 'silent' : 'restarting';
  }

  /** From now on every worker of this place has the model, with the provider that was found now. */
  async load(request: LoadRequest): Promise<LoadReply> {
    const reply = await this.#counted(async () => (await this.#current).call('load', request));
    this.#models.set(request.modelKey, { ...request, providers: [reply.provider], strict: true });
    return reply;
  }

  /** No worker of this place has the model any more once it has done what it was asked before. */
  async release(modelKey: string): Promise<void> {
    this.#models.delete(modelKey);
    // A worker that is being started has it already, or never gets it, which is no error.
    await (await this.#current).call('release', { modelKey });
  }

  /** Error: unavailable when the worker ends before it has answered. */
  async run(request: RunRequest, transfer: readonly ArrayBuffer[]): Promise<RunReply> {
    const state = this.#state;
    if (state.kind !== 'running')
      throw new SurgicamError('unavailable', 'the inference worker is not running');
    this.#runs++;
    const before = this.#lastRun;
    const running = this.#counted(() => state.handle.call('run', request, transfer));
    this.#lastRun = running.then(
      () => undefined,
      () => undefined,
    );
    const watch = new AbortController();
    void before.then(() => this.#watch(state.handle, watch.signal));
    try {
      const reply = await running;
      this.#restartsInARow = 0;
      return reply;
    } finally {
      this.#runs--;
      watch.abort();
    }
  }

  /** Gives the worker up when the run that it begins now takes too long; not with the signal's leave. */
  #watch(handle: WorkerHandle, done: AbortSignal): void {
    const { runTimeoutMs } = this.options;
    if (runTimeoutMs === undefined || done.aborted) return;
    const timer = setTimeout(() => this.#giveUp(handle), runTimeoutMs);
    done.addEventListener('abort', () => clearTimeout(timer), { once: true });
  }

  /** Error: what the runtime says, or unavailable when the worker ends before it has answered. */
  async evaluate(request: EvaluateRequest): Promise<EvaluateReply> {
    return this.#counted(async () => (await this.#current).call('evaluate', request));
  }

  /**
   * Opens a graph in the worker that is there now. Error: what the runtime says. Runs fail with unavailable once that
   * worker has ended; its successor does not know the graph.
   */
  async openGraph(request: OpenRequest): Promise<OpenedGraph> {
    const handle = await this.#current;
    const { graphId } = await this.#counted(() => handle.call('open', request));
    return {
      run: (feeds, outputs) =>
        this.#counted(() => handle.call('evaluateOpened', { graphId, feeds, outputs })),
      close: async () => {
        await handle.call('closeOpened', { graphId });
      },
    };
  }

  /** Gives the worker up, so that a new one takes its place. What it was doing fails. */
  replace(): void {
    if (this.#state.kind === 'running') this.#abandon(this.#state.handle, 'was replaced');
  }

  /** Ends the worker after what it is doing. */
  async close(): Promise<void> {
    const state = this.#state;
    this.#setState({ kind: 'closed' });
    this.#closing.abort();
    if (state.kind === 'running') await state.handle.close();
    else await this.#current.catch(() => undefined); // says that it was closed, which is known
  }

  #start(): WorkerHandle {
    const handle: WorkerHandle = new WorkerHandle(() => {
      if (this.#state.kind !== 'running' || this.#state.handle !== handle) return;
      this.#setState({ kind: 'restarting' });
      this.#current = this.#restart(handle.endReason?.message);
      this.#current.catch(() => undefined); // whoever waits for the worker hears of it
    });
    return handle;
  }

  #use(handle: WorkerHandle): void {
    this.#setState({ kind: 'running', handle });
  }

  async #restart(reason: string | undefined): Promise<WorkerHandle> {
    const { logger, index } = this.options;
    for (;;) {
      const delayMs = RESTART_DELAYS_MS[Math.min(this.#restartsInARow++, RESTART_DELAYS_MS.length - 1)]!;
      logger.warn({ worker: index, delayMs, reason }, 'an inference worker ended and is started again');
      await delay(delayMs, undefined, { signal: this.#closing.signal }).catch(() => undefined);
      while (this.#hung.size >= MAX_HUNG && !this.#closing.signal.aborted) {
        await Promise.race([...this.#hung, aborted(this.#closing.signal)]);
      }
      this.#failIfClosed();
      const handle = this.#start();
      try {
        await this.#loadAll(handle);
        this.#failIfClosed();
        this.#restarts++;
        this.#use(handle);
        this.options.onFree();
        return handle;
      } catch (error) {
        this.#abandon(handle, 'could not load its models');
        this.#failIfClosed();
        logger.error({ worker: index, err: error }, 'an inference worker could not be started again');
      }
    }
  }

  /**
   * Loads every model into a new worker. One that cannot be loaded is left out: its frames are lost until the models are
   * reloaded, those of others are not. Error: what hinders all of them, as that may pass.
   */
  async #loadAll(handle: WorkerHandle): Promise<void> {
    const { logger, index } = this.options;
    let isUseful = this.#models.size === 0;
    let hindrance: unknown;
    for (const model of [...this.#models.values()]) {
      try {
        await handle.call('load', model);
        isUseful = true;
      } catch (error) {
        const { code } = SurgicamError.from(error);
        if (code === 'unavailable') throw error;
        // A graph that was changed does not come back by itself; a worker without it can be given the new one.
        if (code === 'not_found') isUseful = true;
        hindrance = error;
        logger.error({ worker: index, err: error }, 'a model could not be loaded again');
      }
    }
    if (!isUseful) throw hindrance;
  }

  #giveUp(handle: WorkerHandle): void {
    const { logger, index, runTimeoutMs } = this.options;
    logger.error({ worker: index, runTimeoutMs }, 'an inference worker does not come back from a run');
    this.#abandon(handle, `did not come back from a run within ${runTimeoutMs} ms`);
  }

  #abandon(handle: WorkerHandle, why: string): void {
    const ended = handle.ended.then(() => void this.#hung.delete(ended));
    this.#hung.add(ended);
    handle.abandon(why);
  }

  #failIfClosed(): void {
    if (this.#closing.signal.aborted)
      throw new SurgicamError('unavailable', 'the inference engine was closed');
  }

  async #counted<T>(work: () => Promise<T>): Promise<T> {
    this.#working++;
    try {
      return await work();
    } finally {
      this.#working--;
    }
  }

  #setState(state: State): void {
    this.#state = state;
    this.options.onChange?.();
  }
}

function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }));
}
