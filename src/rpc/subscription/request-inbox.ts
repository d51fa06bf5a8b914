import type { Readable } from 'node:stream';
import { checkParsed } from '../calls/tolerant-definition.js';
import type { SubscribeRequest } from '../gen/surgicam/v1/analysis_service.js';

/**
 * The client's half of a subscription, one request at a time: the stream is paused until a request was taken, so a
 * client that sends faster than it is served waits in HTTP/2's own flow control.
 */
export class RequestInbox<Request = SubscribeRequest> {
  private waiting: Request | undefined;
  private halfClosed = false;

  constructor(
    private readonly call: Readable,
    /** Called when a request has arrived or none will come any more. */
    onArrival: () => void,
  ) {
    call.on('data', (request: Request) => {
      call.pause();
      this.waiting = request;
      onArrival();
    });
    call.on('end', () => {
      this.halfClosed = true;
      onArrival();
    });
  }

  /** Whether the client has closed its half and everything it sent was taken. */
  get ended(): boolean {
    return this.halfClosed && this.waiting === undefined;
  }

  /** The next request, if one has arrived. Throws INVALID_ARGUMENT for one that does not parse. */
  take(): Request | undefined {
    const request = this.waiting;
    if (request === undefined) return undefined;
    this.waiting = undefined;
    this.call.resume();
    return checkParsed(request);
  }
}
