import type { ClientDuplexStream } from '@grpc/grpc-js';
import type {
  SubscribeRequest,
  SubscribeResponse,
  SubscriptionConfiguration,
} from '../../../../src/rpc/gen/surgicam/v1/analysis_service.js';
import { fromCallError } from '../calls/call-error.js';
import type { Connection, Stubs } from '../connection.js';
import { UnavailableError } from '../errors.js';

type Request = NonNullable<SubscribeRequest['request']>;

export interface SessionTimeouts {
  readonly connectTimeoutMs: number;
  readonly heartbeatTimeoutMs: number;
}

/** One Subscribe call, from `configure` to its end. Reading slowly holds the server back, not this process. */
export class Session {
  readonly #call: ClientDuplexStream<SubscribeRequest, SubscribeResponse>;
  readonly #stubs: Stubs;
  #silentForMs: number | undefined;

  constructor(
    private readonly connection: Connection,
    private readonly timeouts: SessionTimeouts,
    configuration: SubscriptionConfiguration,
  ) {
    this.#stubs = connection.stubs;
    this.#call = this.#stubs.analysis.subscribe();
    this.#call.on('error', () => undefined); // told by `responses`, or a cancellation that is nobody's error
    this.send({ $case: 'configure', value: configuration });
  }

  send(request: Request): void {
    if (this.#call.writable) this.#call.write({ request });
  }

  cancel(): void {
    this.#call.cancel();
  }

  /**
   * The server's messages until it ends the call. Error: SurgicamError, UnavailableError when nothing was heard for too
   * long. The clock runs only while a message is waited for: a slow reader takes no server for dead.
   */
  async *responses(): AsyncGenerator<SubscribeResponse, void, undefined> {
    const { connectTimeoutMs, heartbeatTimeoutMs } = this.timeouts;
    const messages = (this.#call as AsyncIterable<SubscribeResponse>)[Symbol.asyncIterator]();
    try {
      let limitMs = connectTimeoutMs;
      for (;;) {
        const next = await this.#heard(messages, limitMs);
        if (next.done === true) return;
        limitMs = heartbeatTimeoutMs;
        yield next.value;
      }
    } finally {
      this.#call.cancel();
    }
  }

  async #heard(
    messages: AsyncIterator<SubscribeResponse>,
    limitMs: number,
  ): Promise<IteratorResult<SubscribeResponse>> {
    const watchdog = setTimeout(() => {
      this.#silentForMs = limitMs;
      this.#call.cancel();
    }, limitMs);
    try {
      return await messages.next();
    } catch (thrown) {
      if (this.#silentForMs === undefined) throw fromCallError(thrown);
      // Its connection may be dead without knowing it; the next attempt must not wait on the same one.
      this.connection.renew(this.#stubs);
      const message = `nothing was heard from ${this.connection.address} for ${this.#silentForMs} ms`;
      throw new UnavailableError(message, {}, { cause: thrown });
    } finally {
      clearTimeout(watchdog);
    }
  }
}
