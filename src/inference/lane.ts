import { Observable, filter, finalize, map, tap, type OperatorFunction, type Subscriber } from 'rxjs';
import type { KeyedRecipe } from '../domain/analysis-recipe.js';
import { SurgicamError } from '../domain/errors.js';
import type { Pacing } from '../domain/feed.js';
import type { AnalyzedFrame, DropCounts, DropReason } from '../domain/frame-analysis.js';
import type { VideoFrame } from '../domain/video-frame.js';
import { BoundedQueue } from '../flow/bounded-queue.js';
import type { CreditGate } from '../flow/credit-gate.js';
import { inOrder } from '../flow/in-order.js';
import { analyzedFrame } from './analyzed-frame.js';
import type { BatchLane } from './batcher.js';
import type { LoadedModel } from './loaded-model.js';
import { addCounts, type Ticket, type TicketOutcome } from './ticket.js';

/** LIVE wants the newest frame, so one place: whatever waits behind it would only be older. */
const LIVE_CAPACITY = 1;

/** Places of an EVERY_FRAME lane without a gate. */
const UNGATED_CAPACITY = 64;

/** A source that finds its gate closed may still give the frame that it is reading, and one that is on its way. */
const GATE_OVERSHOOT = 2;

export interface LaneOptions {
  readonly model: LoadedModel;
  /** LIVE: a frame that waits is replaced by a newer one. EVERY_FRAME: the source waits. */
  readonly pacing: Pacing;
  /** Most frames waiting for a worker. If absent: 1 for LIVE, the gate's credits (else 64) for EVERY_FRAME. */
  readonly capacity?: number;
  /** EVERY_FRAME: the gate that the source heeds. A frame holds a credit until its analysis is given out. */
  readonly gate?: CreditGate;
  /** What is to be computed; asked when a frame goes to a worker, so that a change counts from the next one on. */
  readonly recipes: () => readonly KeyedRecipe[];
  /** Whether it may go on with another version of the model; see `InferenceEngine.replaceModel`. If absent, it may not. */
  readonly isMovable?: boolean;
  /** Whether a frame is to be analysed; one that is not counts as rate_limited. If absent, all are. */
  readonly admit?: (frame: VideoFrame) => boolean;
  /** Hears of every frame that is not analysed, when that is decided. */
  readonly onDrop?: (frame: VideoFrame, reason: DropReason) => void;
}

interface Entry extends Ticket {
  readonly subscriber: Subscriber<Entry>;
  /** Frames dropped between the one before this in the lane and this one. */
  droppedBefore: DropCounts;
  outcome?: TicketOutcome;
}

/** One feed's way through the engine, from the first frame to the last analysis. */
export class Lane implements BatchLane<Ticket> {
  readonly #queue: BoundedQueue<Entry>;
  /** Frames that wait or are at work, in their order. */
  readonly #outstanding: Entry[] = [];
  readonly #gate: CreditGate | undefined;
  /** Dropped behind the last outstanding one. */
  #droppedLast: DropCounts = {};
  #sourceEnded = false;

  /** `onChange` is called when there may be something new to dispatch. */
  constructor(
    private readonly options: LaneOptions,
    private readonly onChange: () => void,
  ) {
    const { pacing, capacity, gate } = options;
    const isLive = pacing === 'live';
    this.#gate = isLive ? undefined : gate;
    const everyFrame = gate === undefined ? UNGATED_CAPACITY : gate.capacity + GATE_OVERSHOOT;
    this.#queue = new BoundedQueue({
      capacity: capacity ?? (isLive ? LIVE_CAPACITY : everyFrame),
      policy: isLive ? 'drop-oldest' : 'push-back',
      onDrop: (entry) => this.#drop(entry, 'superseded'),
    });
  }

  /** Carries the frames of one subscription; a lane is used once. */
  readonly carry: OperatorFunction<VideoFrame, AnalyzedFrame> = (source) =>
    source.pipe(
      tap({ complete: () => this.#endSource(), error: () => this.#endSource() }),
      filter((frame) => this.#admits(frame)),
      inOrder((frame) => this.#submit(frame)),
      map((entry) => this.#deliver(entry)),
      finalize(() => this.#close()),
    );

  get isMovable(): boolean {
    return this.options.isMovable ?? false;
  }

  get length(): number {
    return this.#queue.length;
  }

  peek(): Ticket | undefined {
    return this.#queue.peek();
  }

  shift(): Ticket | undefined {
    return this.#queue.shift();
  }

  mayContribute(): boolean {
    return !this.#sourceEnded && (this.#gate?.isOpen() ?? true);
  }

  #endSource(): void {
    this.#sourceEnded = true;
    this.onChange();
  }

  #admits(frame: VideoFrame): boolean {
    if (this.options.admit?.(frame) ?? true) return true;
    this.#countDrop(frame, 'rate_limited');
    return false;
  }

  #submit(frame: VideoFrame): Observable<Entry> {
    this.#check(frame);
    return new Observable((subscriber) => {
      const entry: Entry = {
        frame,
        queuedAtMs: performance.now(),
        subscriber,
        droppedBefore: this.#droppedLast,
        recipes: this.options.recipes,
        resolve: (outcome) => this.#resolve(entry, outcome),
        drop: (reason) => this.#drop(entry, reason),
      };
      this.#droppedLast = {};
      this.#outstanding.push(entry);
      this.#gate?.take();
      this.#queue.push(entry);
      this.onChange();
    });
  }

  /** Error: invalid_argument for a frame that is not of the model's size, resource_exhausted for one too many. */
  #check({ width, height, pixels }: VideoFrame): void {
    const { pacing, model } = this.options;
    const { inputWidth, inputHeight } = model.description;
    if (width !== inputWidth || height !== inputHeight || pixels.length !== width * height * 3) {
      throw SurgicamError.invalidField(
        'frame',
        `${width} x ${height}, ${pixels.length} bytes`,
        `${inputWidth} x ${inputHeight} RGB24, which model '${model.description.name}' takes`,
      );
    }
    if (pacing === 'every_frame' && this.#queue.isFull) {
      throw new SurgicamError(
        'resource_exhausted',
        `${this.#queue.length} frames wait for analysis and the source went on; give source and lane one gate`,
      );
    }
  }

  #resolve(entry: Entry, outcome: TicketOutcome): void {
    entry.outcome = outcome;
    entry.subscriber.next(entry);
    entry.subscriber.complete();
  }

  /** All before it are settled by now, so what was dropped between them is known. */
  #deliver(entry: Entry): AnalyzedFrame {
    const analyzed = analyzedFrame(entry.frame, entry.outcome!, entry.droppedBefore);
    this.#forget(entry, {});
    return analyzed;
  }

  #drop(entry: Entry, reason: DropReason): void {
    if (!this.#outstanding.includes(entry)) return;
    this.#forget(entry, addCounts(entry.droppedBefore, { [reason]: 1 }));
    this.options.onDrop?.(entry.frame, reason);
    entry.subscriber.complete();
  }

  #countDrop(frame: VideoFrame, reason: DropReason): void {
    this.#droppedLast = addCounts(this.#droppedLast, { [reason]: 1 });
    this.options.onDrop?.(frame, reason);
  }

  /** `dropped` is reported by the frame behind it. */
  #forget(entry: Entry, dropped: DropCounts): void {
    const place = this.#outstanding.indexOf(entry);
    this.#outstanding.splice(place, 1);
    const next = this.#outstanding[place];
    if (next === undefined) this.#droppedLast = addCounts(dropped, this.#droppedLast);
    else next.droppedBefore = addCounts(dropped, next.droppedBefore);
    this.#gate?.give();
  }

  #close(): void {
    this.#sourceEnded = true;
    this.#queue.clear();
    for (const entry of [...this.#outstanding]) this.#drop(entry, 'shutdown');
  }
}
