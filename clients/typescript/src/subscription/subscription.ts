import type { FrameAnalysis } from '../../../../src/rpc/gen/surgicam/v1/analysis.js';
import { fromCallError } from '../calls/call-error.js';
import type { Connection } from '../connection.js';
import { InvalidArgumentError, UnavailableError } from '../errors.js';
import { annotationOf, type AnnotationContent } from './annotation.js';
import { eventsOf, type SubscriptionEvent } from './events.js';
import { configurationOf, type Reconfiguration, type SubscribeOptions } from './options.js';
import { Position } from './position.js';
import { readEagerly } from './read-eagerly.js';
import { Reconnection, waitMs } from './reconnection.js';
import { Session } from './session.js';

const HEARTBEAT_TIMEOUT_MS = 5000;
const CONNECT_TIMEOUT_MS = 15_000;

/**
 * A feed followed over as many connections as it takes. Iterate it for analyses, or `events()` for everything; once.
 * The call begins with the iteration and ends with it. Iteration ends when the feed ended or was deleted, and by
 * `close` or the signal; it throws a SurgicamError when the feed failed, or nothing can be gone on with.
 */
export class Subscription implements AsyncIterable<FrameAnalysis> {
  #options: SubscribeOptions;
  readonly #position: Position;
  readonly #stop = new AbortController();
  readonly #reconnection: Reconnection;
  #session: Session | undefined;
  #isRead = false;
  #isPaused = false;
  #wasConnected = false;
  /** Newest frame that the server of this call has told of: what it lets us acknowledge. */
  #toldSequence: bigint | undefined;

  /** Made by `SurgicamClient.subscribe`. Error: InvalidArgumentError, naming the option. */
  constructor(
    private readonly connection: Connection,
    readonly feedId: string,
    options: SubscribeOptions,
  ) {
    configurationOf(feedId, options, undefined); // what is wrong is said here, not at the first iteration
    this.#options = options;
    this.#position = new Position(options.resumeAfterSequence);
    this.#reconnection = new Reconnection(options.reconnect ?? {});
  }

  /** Newest frame that was given out or reported as missed: a later subscription can resume after it. */
  get lastSequence(): bigint | undefined {
    return this.#position.lastSequence;
  }

  get isPaused(): boolean {
    return this.#isPaused;
  }

  /** Analyses only; `onEvent` of the options is told of the rest. */
  async *[Symbol.asyncIterator](): AsyncGenerator<FrameAnalysis, void, undefined> {
    const { onEvent } = this.#options;
    for await (const event of this.events()) {
      if (event.type === 'analysis') yield event.analysis;
      else onEvent?.(event);
    }
  }

  /** Everything, in order. Error: InvalidArgumentError the second time. */
  events(): AsyncGenerator<SubscriptionEvent, void, undefined> {
    if (this.#isRead) throw new InvalidArgumentError('a subscription is read once; subscribe again');
    this.#isRead = true;
    const events = this.#follow();
    // Every frame is wanted: then a slow reader holds the server back, which keeps a history for it.
    return this.#options.delivery === 'every-frame' ? events : readEagerly(events, () => this.close());
  }

  /** Only heartbeats until `resume`; holds over lost connections. */
  pause(): void {
    this.#isPaused = true;
    this.#session?.send({ $case: 'pause', value: {} });
  }

  resume(): void {
    this.#isPaused = false;
    this.#session?.send({ $case: 'resume', value: {} });
  }

  /**
   * Replaces everything a Reconfiguration names: what is absent goes back to its default. Takes effect with the next
   * `started`. Error: InvalidArgumentError; what only the server finds wrong ends the subscription.
   */
  reconfigure(change: Reconfiguration): void {
    const options = { ...change, ...fixedOf(this.#options) };
    const value = configurationOf(this.feedId, options, undefined);
    this.#options = options;
    this.#session?.send({ $case: 'configure', value });
  }

  /** Everything up to this frame was dealt with. Without effect for frames of a connection that was lost. */
  acknowledge(sequence: bigint): void {
    if (this.#toldSequence === undefined || sequence > this.#toldSequence) return;
    this.#session?.send({ $case: 'acknowledge', value: { sequence } });
  }

  /**
   * Says something about a frame to the feed's other subscribers; the event `annotation-receipt` tells that the server
   * has it. Error: UnavailableError while there is no connection.
   */
  annotate(sequence: bigint, content: AnnotationContent): void {
    if (this.#session === undefined) {
      throw new UnavailableError('there is no connection to annotate over; wait for the event `started`');
    }
    this.#session.send({ $case: 'annotate', value: annotationOf(sequence, content) });
  }

  /** Ends the iteration quietly. */
  close(): void {
    this.#stop.abort();
    this.#session?.cancel();
  }

  async *#follow(): AsyncGenerator<SubscriptionEvent, void, undefined> {
    const { signal } = this.#options;
    const stop = this.#stop.signal;
    const close = (): void => this.close();
    const ends = [this.connection.closed, ...(signal === undefined ? [] : [signal])];
    if (ends.some(({ aborted }) => aborted)) return;
    const isOver = (): boolean => stop.aborted;
    for (const end of ends) end.addEventListener('abort', close, { once: true });
    try {
      while (!isOver()) {
        try {
          yield* this.#followOnce();
          return;
        } catch (thrown) {
          if (isOver()) return;
          const error = fromCallError(thrown);
          const retryInMs = this.#reconnection.afterLoss(error);
          if (retryInMs === undefined) throw error;
          const { attempt } = this.#reconnection;
          yield { type: 'disconnected', error, attempt, retryInMs };
          await waitMs(retryInMs, stop);
        }
      }
    } finally {
      for (const end of ends) end.removeEventListener('abort', close);
    }
  }

  async *#followOnce(): AsyncGenerator<SubscriptionEvent, void, undefined> {
    const { heartbeatTimeoutMs = HEARTBEAT_TIMEOUT_MS, connectTimeoutMs = CONNECT_TIMEOUT_MS } =
      this.#options;
    const configuration = configurationOf(this.feedId, this.#options, this.#position.lastSequence);
    const isResumed = this.#wasConnected;
    const session = new Session(this.connection, { heartbeatTimeoutMs, connectTimeoutMs }, configuration);
    if (this.#isPaused) session.send({ $case: 'pause', value: {} });
    this.#toldSequence = undefined;
    this.#session = session;
    try {
      for await (const response of session.responses()) {
        this.#reconnection.connected();
        this.#wasConnected = true;
        for (const event of eventsOf(response, isResumed)) {
          const toGive = this.#position.pass(event);
          if (event.type === 'analysis') this.#toldSequence = event.analysis.sequence;
          if (event.type === 'gap') this.#toldSequence = event.toSequence;
          yield* toGive;
        }
      }
    } finally {
      this.#session = undefined;
      session.cancel();
    }
  }
}

type Fixed = Omit<SubscribeOptions, keyof Reconfiguration>;

/** What a reconfiguration leaves as it is. */
const FIXED: Readonly<Record<keyof Fixed, true>> = {
  delivery: true,
  resumeAfterSequence: true,
  reconnect: true,
  heartbeatTimeoutMs: true,
  connectTimeoutMs: true,
  signal: true,
  onEvent: true,
};

function fixedOf(options: SubscribeOptions): Fixed {
  return Object.fromEntries(Object.entries(options).filter(([name]) => Object.hasOwn(FIXED, name)));
}
