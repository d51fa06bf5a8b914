import { Worker } from 'node:worker_threads';
import { SurgicamError } from '../domain/errors.js';
import { RecipeSender } from './recipe-slots.js';
import {
  fromErrorMessage,
  type RunRequest,
  type SentRunRequest,
  type WorkerCall,
  type WorkerCalls,
  type WorkerRequest,
  type WorkerResponse,
} from './worker-messages.js';

interface Pending {
  readonly call: WorkerCall;
  /** `performance.now()` when it was asked. */
  readonly sinceMs: number;
  readonly resolve: (reply: never) => void;
  readonly reject: (error: SurgicamError) => void;
}

type State = { readonly kind: 'running' } | { readonly kind: 'ended'; readonly reason: SurgicamError };

/** One inference worker thread seen from the main thread: calls and replies, and its end. */
export class WorkerHandle {
  readonly #worker = new Worker(new URL('./worker.js', import.meta.url));
  readonly #pending = new Map<number, Pending>();
  readonly #ended: Promise<void>;
  readonly #onOver: () => void;
  readonly #recipes = new RecipeSender();
  #state: State = { kind: 'running' };
  #ping: Promise<null> | undefined;
  #nextId = 1;

  /** `onOver` is called when nothing more can be asked of the worker: its thread is gone, or was given up. */
  constructor(onOver: () => void = () => undefined) {
    this.#onOver = onOver;
    // An uncaught error is followed by 'exit'; it came first, so its reason is the one that is kept.
    this.#worker.on('error', (error) => this.#end(unavailable('failed', error)));
    this.#worker.on('message', (response: WorkerResponse) => this.#settle(response));
    this.#ended = new Promise((resolve) => {
      this.#worker.once('exit', (code) => {
        this.#end(unavailable(`ended with code ${code}`));
        resolve();
      });
    });
  }

  /** Resolves when the thread is gone, whatever the cause. */
  get ended(): Promise<void> {
    return this.#ended;
  }

  /** Error: what the worker says, or unavailable when its thread ends before it answers. */
  call<C extends WorkerCall>(
    call: C,
    request: WorkerCalls[C]['request'],
    transfer: readonly ArrayBuffer[] = [],
  ): Promise<WorkerCalls[C]['reply']> {
    const state = this.#state;
    if (state.kind === 'ended') return Promise.reject(state.reason);
    const id = this.#nextId++;
    return new Promise((resolve, reject) => {
      this.#pending.set(id, { call, sinceMs: performance.now(), resolve, reject });
      try {
        const sent = call === 'run' ? this.#sent(request as RunRequest) : request;
        this.#worker.postMessage({ id, call, request: sent }, transfer);
      } catch (error) {
        this.#pending.delete(id);
        this.#recipes.forget();
        reject(SurgicamError.from(error));
      }
    });
  }

  /**
   * Resolves when the thread has answered: at once, or after the run that it is in. One is on its way at a time. Error:
   * unavailable when the thread ends before.
   */
  ping(): Promise<null> {
    this.#ping ??= this.call('ping', null).finally(() => (this.#ping = undefined));
    return this.#ping;
  }

  /** The calls without an answer, oldest first. */
  unanswered(): readonly Pick<Pending, 'call' | 'sinceMs'>[] {
    return [...this.#pending.values()];
  }

  /** Why nothing more can be asked of it; undefined while something can. */
  get endReason(): SurgicamError | undefined {
    return this.#state.kind === 'ended' ? this.#state.reason : undefined;
  }

  /** Ends the thread after what it is doing. */
  async close(): Promise<void> {
    await this.call('close', null).catch(() => undefined); // it ended by itself, which was the aim
    await this.#ended;
  }

  /**
   * Gives the thread up at once: calls without an answer are rejected, and it ends when the run that it is in does, if
   * that ever ends. It cannot be stopped inside a run: the runtime would take the whole process with it.
   */
  abandon(why: string): void {
    if (this.#state.kind === 'ended') return;
    this.#end(unavailable(why));
    this.#worker.unref();
    this.#worker.postMessage({ id: 0, call: 'quit', request: null } satisfies WorkerRequest);
  }

  #sent({ modelKey, frames }: RunRequest): SentRunRequest {
    return {
      modelKey,
      frames: frames.map(({ pixels, recipes }) => ({ pixels, recipes: this.#recipes.refer(recipes) })),
    };
  }

  #settle(response: WorkerResponse): void {
    const pending = this.#pending.get(response.id);
    if (pending === undefined) return;
    this.#pending.delete(response.id);
    if (response.ok) pending.resolve(response.reply as never);
    else pending.reject(fromErrorMessage(response.error));
  }

  #end(reason: SurgicamError): void {
    if (this.#state.kind === 'ended') return;
    this.#state = { kind: 'ended', reason };
    for (const { reject } of this.#pending.values()) reject(reason);
    this.#pending.clear();
    this.#onOver();
  }
}

function unavailable(what: string, cause?: Error): SurgicamError {
  const why = cause === undefined ? '' : `: ${cause.message}`;
  return new SurgicamError('unavailable', `an inference worker ${what}${why}`, { cause });
}
