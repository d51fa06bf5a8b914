import { SurgicamError } from '../domain/errors.js';
import type { Logger } from '../observability/logger.js';
import type { Batcher } from './batcher.js';
import { BatchCounters } from './engine-stats.js';
import { PreviewEncoder, type FramePreviews } from './preview-encoder.js';
import type { LoadedModel } from './loaded-model.js';
import type { Ticket } from './ticket.js';
import type { FrameJob, RunReply } from './worker-messages.js';
import type { WorkerSlot } from './worker-slot.js';

/** A model that fails at every batch must not fill the log; the feeds count what they lose. */
const FAILURE_LOG_INTERVAL_MS = 1_000;

interface ModelQueue {
  readonly model: Pick<LoadedModel, 'key' | 'description'>;
  readonly batcher: Batcher<Ticket>;
}

/** Brings batches and free workers together: models in turn, each when its batch is due. */
export class Dispatcher {
  readonly counters = new BatchCounters();
  readonly previews: PreviewEncoder;
  readonly #queues: ModelQueue[] = [];
  #next = 0;
  #timer: NodeJS.Timeout | undefined;
  #failureLoggedAtMs = -Infinity;

  constructor(
    private readonly slots: readonly WorkerSlot[],
    private readonly logger: Logger,
  ) {
    this.previews = new PreviewEncoder(logger);
  }

  add(queue: ModelQueue): void {
    this.#queues.push(queue);
  }

  remove(batcher: Batcher<Ticket>): void {
    const place = this.#queues.findIndex((queue) => queue.batcher === batcher);
    if (place >= 0) this.#queues.splice(place, 1);
  }

  /** To be called whenever a frame came, a lane changed or a worker became free. */
  dispatch(): void {
    clearTimeout(this.#timer);
    for (;;) {
      const slot = this.slots.find(({ isFree }) => isFree);
      if (slot === undefined) return;
      const nowMs = performance.now();
      const place = this.#dueQueue(nowMs);
      if (place === undefined) {
        this.#wakeWhenDue(nowMs);
        return;
      }
      this.#next = place + 1;
      void this.#run(slot, this.#queues[place]!);
    }
  }

  stop(): void {
    clearTimeout(this.#timer);
    this.#queues.length = 0;
  }

  /** The first queue from the next one on that has a batch to send now. */
  #dueQueue(nowMs: number): number | undefined {
    for (let i = 0; i < this.#queues.length; i++) {
      const place = (this.#next + i) % this.#queues.length;
      const dueAtMs = this.#queues[place]!.batcher.dueAtMs();
      if (dueAtMs !== undefined && dueAtMs <= nowMs) return place;
    }
    return undefined;
  }

  #wakeWhenDue(nowMs: number): void {
    const dueAtMs = Math.min(...this.#queues.map(({ batcher }) => batcher.dueAtMs() ?? Infinity));
    if (dueAtMs === Infinity) return;
    this.#timer = setTimeout(() => this.dispatch(), Math.ceil(dueAtMs - nowMs));
  }

  async #run(slot: WorkerSlot, { model, batcher }: ModelQueue): Promise<void> {
    const { key: modelKey, description } = model;
    const tickets = batcher.take();
    const dispatchedAtMs = performance.now();
    let jobs: FrameJob[];
    let previews: (Promise<FramePreviews> | undefined)[];
    let reply: RunReply;
    try {
      jobs = tickets.map(toJob);
      previews = tickets.map(({ frame }, i) => this.previews.begin(frame, jobs[i]!.recipes));
      reply = await slot.run(
        { modelKey, frames: jobs },
        jobs.map(({ pixels }) => pixels),
      );
    } catch (error) {
      this.#fail(modelKey, tickets, error);
      return;
    }
    const analyzedAtMs = performance.now();
    const { frames, inferenceUs, outputs } = reply;
    const batchSize = tickets.length;
    this.counters.countBatch(batchSize, outputs);
    // The worker first: it should not wait until the results have been passed on.
    this.dispatch();
    for (const [i, ticket] of tickets.entries()) {
      const { recipes } = jobs[i]!;
      const times = { inferenceUs, batchSize, dispatchedAtMs, analyzedAtMs };
      const resolve = (made: FramePreviews | undefined): void =>
        ticket.resolve({ result: frames[i]!, model: description, recipes, previews: made, ...times });
      // Most often they are there before the model is done. Frames without one wait for nobody's.
      const making = previews[i];
      if (making === undefined) resolve(undefined);
      else void making.then(resolve);
    }
  }

  #fail(modelKey: string, tickets: readonly Ticket[], error: unknown): void {
    this.counters.failedFrames += tickets.length;
    const failure = SurgicamError.from(error);
    const nowMs = performance.now();
    if (nowMs - this.#failureLoggedAtMs >= FAILURE_LOG_INTERVAL_MS) {
      this.#failureLoggedAtMs = nowMs;
      this.logger.error({ model: modelKey, err: failure }, 'a batch failed');
    }
    const reason = failure.code === 'unavailable' ? 'worker_lost' : 'inference_failed';
    for (const ticket of tickets) ticket.drop(reason);
    this.dispatch();
  }
}

/** Nobody may touch the frame's pixels after this: they go to the worker. */
function toJob(ticket: Ticket): FrameJob {
  const { pixels } = ticket.frame;
  const whole = pixels.byteLength === pixels.buffer.byteLength ? pixels : pixels.slice();
  return { pixels: whole.buffer, recipes: ticket.recipes() };
}
