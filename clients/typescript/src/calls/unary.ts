import { Metadata, type CallOptions, type ClientUnaryCall, type ServiceError } from '@grpc/grpc-js';
import { CancelledError } from '../errors.js';
import { fromCallError } from './call-error.js';

/** What every call of one answer takes. */
export interface RequestOptions {
  /** Ends the call with CancelledError. */
  readonly signal?: AbortSignal | undefined;
  /** Milliseconds until DeadlineExceededError. 120000 if absent: the first load of a model may take a while. */
  readonly deadlineMs?: number;
}

type UnaryMethod<Request, Response> = (
  request: Request,
  metadata: Metadata,
  options: CallOptions,
  callback: (error: ServiceError | null, response: Response) => void,
) => ClientUnaryCall;

const DEADLINE_MS = 120_000;

/** One call as a promise. Errors: SurgicamError of the call's status; CancelledError by the signal. */
export function unary<Request, Response>(
  method: UnaryMethod<Request, Response>,
  request: Request,
  { signal, deadlineMs = DEADLINE_MS }: RequestOptions = {},
): Promise<Response> {
  return new Promise((resolve, reject) => {
    if (signal?.aborted === true) {
      reject(cancelledBy(signal));
      return;
    }
    const abort = (): void => call.cancel();
    const call = method(request, new Metadata(), { deadline: Date.now() + deadlineMs }, (error, response) => {
      signal?.removeEventListener('abort', abort);
      if (error === null) resolve(response);
      else reject(signal?.aborted === true ? cancelledBy(signal) : fromCallError(error));
    });
    signal?.addEventListener('abort', abort, { once: true });
  });
}

export function cancelledBy(signal: AbortSignal): CancelledError {
  return new CancelledError('the call was aborted', {}, { cause: signal.reason });
}
