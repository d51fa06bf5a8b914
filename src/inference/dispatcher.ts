import { SurgicamError } from '../domain/errors.js';
import type { Logger } from '../observability/logger.js';
import type { Batcher } from './batcher.js';
import { BatchCounters } from './engine-stats.js';
import { PreviewEncoder, type FramePreviews } from './preview-encoder.js';
import type { LoadedModel } from './loaded-model.js';
import type { Ticket } from './ticket.js';
import type { FrameJob, RunReply } from './worker-messages.js';
import { firstReady } from './worker-choice.js';
import type { WorkerSlot } from './worker-slot.js';

/** A model that fails at every batch must not fill the log; the feeds count what they lose. */
const FAILURE_LOG_INTERVAL_MS = 1_000;

interface ModelQueue {
  readonly model: Pick<LoadedModel, 'key' | 'description'>;
  readonly batcher: Batcher<Ticket>;
  /** Most batches at a worker; see pipelineDepth. */
  readonly depth: number;
}

/** A batch and who takes it. */
interface Departure {
  readonly atMs: number;
  /** Places of the queue and of the worker. */
  readonly queue: number;
  readonly worker: number;
}

/** Brings batches and free workers together: models in turn, each when its batch is due. */
export class Dispatcher {
  readonly counters = new BatchCounters();
  readonly previews: PreviewEncoder;
  readonly #queues: ModelQueue[] = [];
  /** When each worker is expected to be done with what it has; undefined where nothing is known. */
  readonly #endsAtMs = new Map<WorkerSlot, number | undefined>();
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
      const nowMs = performance.now();
      const next = this.#nextDeparture(nowMs);
      if (next === undefined || next.atMs === Infinity) return;
      if (next.atMs > nowMs) {
        this.#timer = setTimeout(() => this.dispatch(), Math.ceil(next.atMs - nowMs));
        return;
      }
      this.#next = next.queue + 1;
      void this.#run(this.slots[next.worker]!, this.#queues[next.queue]!);
    }
  }

  stop(): void {
    clearTimeout(this.#timer);
    this.#queues.length = 0;
  }

  /** Of the queues from the next one on: the first that may go now, else the one that may go soonest. */
  #nextDeparture(nowMs: number): Departure | undefined {
    const loads = this.slots.map((slot) => ({ runs: slot.runs, endsAtMs: this.#endsAtMs.get(slot) }));
    let soonest: Departure | undefined;
    for (let i = 0; i < this.#queues.length; i++) {
      const queue = (this.#next + i) % this.#queues.length;
      const { batcher, depth } = this.#queues[queue]!;
      const worker = firstReady(loads, depth);
      if (worker.atMs === Infinity) continue;
      const dueAtMs = batcher.dueAtMs();
      if (dueAtMs === undefined) continue;
      const departure = { atMs: Math.max(dueAtMs, worker.atMs), queue, worker: worker.place };
      if (departure.atMs <= nowMs) return departure;
      if (soonest === undefined || departure.atMs < soonest.atMs) soonest = departure;
    }
    return soonest;
  }

  /** The worker has been given a batch of this size, behind what it has. */
  #expectEnd(slot: WorkerSlot, batcher: Batcher<Ticket>, size: number, nowMs: number): void {
    const serviceMs = batcher.times.predict(size);
    // With nothing at work, what was expected of runs before this one is of no account.
    const startsAtMs = slot.runs === 0 ? nowMs : this.#endsAtMs.get(slot);
    const known = startsAtMs !== undefined && serviceMs !== undefined;
    this.#endsAtMs.set(slot, known ? Math.max(nowMs, startsAtMs) + serviceMs : undefined);
  }

  async #run(slot: WorkerSlot, { model, batcher }: ModelQueue): Promise<void> {
    const { key: modelKey, description } = model;
    const tickets = batcher.take();
    const dispatchedAtMs = performance.now();
    this.#expectEnd(slot, batcher, tickets.length, dispatchedAtMs);
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
    batcher.times.observe(batchSize, busyMs(reply));
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

/** How long the worker was at it, without what came before in its queue. */
function busyMs({ inferenceUs, frames }: RunReply): number {
  return frames.reduce((sum, { explanationUs }) => sum + explanationUs, inferenceUs) / 1000;
}

/** Nobody may touch the frame's pixels after this: they go to the worker. */
function toJob(ticket: Ticket): FrameJob {
  const { pixels } = ticket.frame;
  const whole = pixels.byteLength === pixels.buffer.byteLength ? pixels : pixels.slice();
  return { pixels: whole.buffer, recipes: ticket.recipes() };
}
