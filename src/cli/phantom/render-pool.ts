import { Worker } from 'node:worker_threads';
import { SurgicamError } from '../../domain/errors.js';
import type {
  RenderedTruth,
  RenderJob,
  RenderReply,
  RenderRequest,
  RenderWorkerData,
} from './render-messages.js';

interface Pending {
  readonly resolve: (rendered: RenderedTruth) => void;
  readonly reject: (error: Error) => void;
}

/** Drawing threads. Whoever asks says which thread draws: one that stays with a scene builds its textures once. */
export class RenderPool {
  readonly #lanes: readonly RenderLane[];

  constructor(threads: number, size: RenderWorkerData) {
    this.#lanes = Array.from({ length: threads }, () => new RenderLane(size));
  }

  get threads(): number {
    return this.#lanes.length;
  }

  /** Error: internal, what the drawing or the writing failed with. */
  render(lane: number, job: RenderJob): Promise<RenderedTruth> {
    return this.#lanes[lane % this.#lanes.length]!.render(job);
  }

  async close(): Promise<void> {
    await Promise.all(this.#lanes.map((lane) => lane.close()));
  }
}

/** One thread, which answers in the order of the questions. */
class RenderLane {
  readonly #worker: Worker;
  readonly #pending = new Map<number, Pending>();
  #next = 0;
  #dead: SurgicamError | undefined;

  constructor(workerData: RenderWorkerData) {
    this.#worker = new Worker(new URL('./render-worker.js', import.meta.url), { workerData });
    this.#worker.on('message', (reply: RenderReply) => this.#settle(reply));
    this.#worker.once('error', (cause) => this.#die(`failed: ${cause.message}`));
    this.#worker.once('exit', (code) => this.#die(`ended with code ${code}`));
  }

  render(job: RenderJob): Promise<RenderedTruth> {
    if (this.#dead !== undefined) return Promise.reject(this.#dead);
    const request: RenderRequest = { ...job, id: this.#next++ };
    return new Promise((resolve, reject) => {
      this.#pending.set(request.id, { resolve, reject });
      this.#worker.postMessage(request);
    });
  }

  async close(): Promise<void> {
    await this.#worker.terminate();
  }

  #settle(reply: RenderReply): void {
    const pending = this.#pending.get(reply.id)!;
    this.#pending.delete(reply.id);
    if (reply.kind === 'rendered') pending.resolve(reply);
    else pending.reject(new SurgicamError('internal', `a frame could not be rendered: ${reply.message}`));
  }

  #die(how: string): void {
    this.#dead ??= new SurgicamError('internal', `the drawing thread ${how}`);
    for (const { reject } of this.#pending.values()) reject(this.#dead);
    this.#pending.clear();
  }
}
