import type { ClientDuplexStream } from '@grpc/grpc-js';
import type {
  SubscribeRequest,
  SubscribeResponse,
  SubscriptionConfiguration,
} from '../../../../src/rpc/gen/surgicam/v1/analysis_service.js';
import { listen, type ListenedCall, type ListenTimeouts } from '../calls/listen.js';
import type { Connection, Stubs } from '../connection.js';

type Request = NonNullable<SubscribeRequest['request']>;

/** One Subscribe call, from `configure` to its end. Reading slowly holds the server back, not this process. */
export class Session {
  readonly #call: ClientDuplexStream<SubscribeRequest, SubscribeResponse>;
  readonly #stubs: Stubs;

  constructor(
    private readonly connection: Connection,
    private readonly timeouts: ListenTimeouts,
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

  /** The server's messages until it ends the call. Error: SurgicamError. */
  responses(): AsyncGenerator<SubscribeResponse, void, undefined> {
    // The connection may be dead without knowing it; the next attempt must not wait on the same one.
    return listen(this.#call as ListenedCall<SubscribeResponse>, this.timeouts, () =>
      this.connection.renew(this.#stubs),
    );
  }
}
