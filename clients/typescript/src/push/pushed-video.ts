import type { ClientDuplexStream } from '@grpc/grpc-js';
import { once } from 'node:events';
import type { FrameAnalysis } from '../../../../src/rpc/gen/surgicam/v1/analysis.js';
import type {
  AnalyzeStreamRequest,
  AnalyzeStreamResponse,
} from '../../../../src/rpc/gen/surgicam/v1/analysis_service.js';
import { listen, type ListenedCall } from '../calls/listen.js';
import type { Connection } from '../connection.js';
import { InvalidArgumentError } from '../errors.js';
import { eventsOf, type SubscriptionEvent } from '../subscription/events.js';
import { pushConfigurationOf, type PushOptions } from './options.js';

/** A piece of video; of `pictures` a whole JPEG or PNG, which may come with its time. */
export type VideoChunk = Uint8Array | { readonly bytes: Uint8Array; readonly mediaTimeUs: bigint };

type Call = ClientDuplexStream<AnalyzeStreamRequest, AnalyzeStreamResponse>;

const HEARTBEAT_TIMEOUT_MS = 5000;
const CONNECT_TIMEOUT_MS = 120_000;

/**
 * One's own video on its way to the service, and its analyses on their way back. Iterate it for analyses, or `events()`
 * for everything; once. Each chunk is asked for when the one before was taken, so a slow service slows the source down.
 * Iteration ends when all was sent and answered. Nothing is tried again: a lost connection is UnavailableError. An error
 * of the source ends the call and comes out of the iteration as it is.
 */
export class PushedVideo implements AsyncIterable<FrameAnalysis> {
  #call: Call | undefined;
  #isRead = false;
  readonly #stop = new AbortController();

  /** Made by `SurgicamClient.analyzeStream`. Error: InvalidArgumentError, naming the option. */
  constructor(
    private readonly connection: Connection,
    private readonly chunks: Iterable<VideoChunk> | AsyncIterable<VideoChunk>,
    private readonly options: PushOptions,
  ) {
    pushConfigurationOf(options);
  }

  /** Analyses only; `onEvent` of the options is told of the rest. */
  async *[Symbol.asyncIterator](): AsyncGenerator<FrameAnalysis, void, undefined> {
    for await (const event of this.events()) {
      if (event.type === 'analysis') yield event.analysis;
      else this.options.onEvent?.(event);
    }
  }

  /** Everything, in order. Error: InvalidArgumentError the second time. */
  events(): AsyncGenerator<SubscriptionEvent, void, undefined> {
    if (this.#isRead) throw new InvalidArgumentError('pushed video is read once; push it again');
    this.#isRead = true;
    return this.#exchange();
  }

  /** Drops what is in flight and ends the iteration quietly. */
  close(): void {
    this.#stop.abort();
    this.#call?.cancel();
  }

  async *#exchange(): AsyncGenerator<SubscriptionEvent, void, undefined> {
    const { signal } = this.options;
    const { stubs, closed } = this.connection;
    const ends = [closed, ...(signal === undefined ? [] : [signal])];
    const close = (): void => this.close();
    const isOver = (): boolean => this.#stop.signal.aborted;
    if (ends.some(({ aborted }) => aborted) || isOver()) return;
    for (const end of ends) end.addEventListener('abort', close, { once: true });
    const call = stubs.analysis.analyzeStream();
    this.#call = call;
    const sending = new Sending(call);
    void sending.send(this.options, this.chunks);
    const { heartbeatTimeoutMs = HEARTBEAT_TIMEOUT_MS, connectTimeoutMs = CONNECT_TIMEOUT_MS } = this.options;
    const timeouts = { heartbeatTimeoutMs, connectTimeoutMs };
    const heard = listen(call as ListenedCall<AnalyzeStreamResponse>, timeouts, () =>
      this.connection.renew(stubs),
    );
    try {
      for await (const response of heard) yield* eventsOf(response, false);
    } catch (error) {
      if (isOver()) return;
      throw sending.failure === undefined ? error : sending.failure.cause;
    } finally {
      sending.stop();
      for (const end of ends) end.removeEventListener('abort', close);
    }
  }
}

/** The client's half of the call. */
class Sending {
  /** What the source threw, if it did; the call is then cancelled. */
  failure: { readonly cause: unknown } | undefined;
  readonly #over = new AbortController();

  constructor(private readonly call: Call) {
    call.on('error', () => this.stop());
  }

  /** Asks the source for no more. */
  stop(): void {
    this.#over.abort();
  }

  /** Never rejects. */
  async send(options: PushOptions, chunks: Iterable<VideoChunk> | AsyncIterable<VideoChunk>): Promise<void> {
    try {
      await this.#write({ $case: 'configure', value: pushConfigurationOf(options) });
      for await (const chunk of chunks) {
        if (this.#over.signal.aborted) return;
        const [bytes, mediaTimeUs] = chunk instanceof Uint8Array ? [chunk] : [chunk.bytes, chunk.mediaTimeUs];
        const value = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
        await this.#write({ $case: 'chunk', value }, mediaTimeUs);
      }
      this.call.end();
    } catch (cause) {
      if (this.#over.signal.aborted) return; // the call has ended, and says why itself
      this.failure = { cause };
      this.call.cancel();
    }
  }

  /** Waits while HTTP/2 takes no more. */
  async #write(request: AnalyzeStreamRequest['request'], mediaTimeUs?: bigint): Promise<void> {
    if (this.call.write({ request, mediaTimeUs })) return;
    await once(this.call, 'drain', { signal: this.#over.signal });
  }
}
