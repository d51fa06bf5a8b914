import type { handleUnaryCall, Metadata, ServerUnaryCall, StatusObject } from '@grpc/grpc-js';
import type { Logger } from '../../observability/logger.js';
import { isDefect, toStatus } from '../errors/to-status.js';
import type { AuditLog } from '../security/audit-log.js';
import { callerOf, type Caller } from '../security/caller.js';
import type { OpenCalls } from './open-calls.js';
import { checkParsed } from './tolerant-definition.js';

/** What every call runs in. */
export interface CallScope {
  readonly calls: OpenCalls;
  readonly logger: Logger;
  readonly audit: AuditLog;
}

/** A unary call as an async function: errors become statuses, cancelling aborts the signal. */
export function unary<Request, Response>(
  scope: CallScope,
  handler: (request: Request, caller: Caller, signal: AbortSignal) => Response | Promise<Response>,
): handleUnaryCall<Request, Response> {
  const serve = async (call: ServerUnaryCall<Request, Response>): Promise<Response> => {
    const release = scope.calls.admit();
    try {
      return await handler(checkParsed(call.request), callerOf(call), cancelSignal(call));
    } finally {
      release();
    }
  };
  return (call, callback) => {
    serve(call).then(
      (response) => callback(null, response),
      (error: unknown) => callback(report(scope, call.getPath(), error)),
    );
  };
}

/** What a call with a stream of responses has, whatever its messages. */
interface StreamingCall extends CancellableCall {
  readonly metadata: Metadata;
  getPath(): string;
  end(): unknown;
  emit(event: 'error', status: StatusObject): boolean;
}

interface CancellableCall {
  readonly cancelled: boolean;
  once(event: 'cancelled', listener: () => void): unknown;
}

/** A call with a stream of responses as an async function: when it returns the call ends with OK. */
export function streaming<Call extends StreamingCall>(
  scope: CallScope,
  handler: (call: Call, caller: Caller, signal: AbortSignal) => Promise<void>,
): (call: Call) => void {
  const serve = async (call: Call): Promise<void> => {
    const release = scope.calls.admit();
    try {
      await handler(call, callerOf(call), cancelSignal(call));
    } finally {
      release();
    }
  };
  return (call) => {
    serve(call).then(
      () => call.end(),
      (error: unknown) => {
        const status = report(scope, call.getPath(), error);
        if (!call.cancelled) call.emit('error', status);
      },
    );
  };
}

function cancelSignal(call: CancellableCall): AbortSignal {
  const controller = new AbortController();
  if (call.cancelled) controller.abort();
  // Comes when the client cancels, its deadline passes or the connection is lost, and also after a normal end.
  call.once('cancelled', () => controller.abort());
  return controller.signal;
}

function report({ logger }: CallScope, method: string, error: unknown): StatusObject {
  const status = toStatus(error);
  if (isDefect(error)) logger.error({ err: error, method }, 'call failed');
  else logger.debug({ method, code: status.code, details: status.details }, 'call refused');
  return status;
}
