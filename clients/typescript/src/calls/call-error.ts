import { status, type ServiceError } from '@grpc/grpc-js';
import {
  AlreadyExistsError,
  CancelledError,
  DeadlineExceededError,
  FailedPreconditionError,
  InvalidArgumentError,
  NotFoundError,
  PermissionDeniedError,
  ResourceExhaustedError,
  SurgicamError,
  UnauthenticatedError,
  UnavailableError,
  UnimplementedError,
  type ErrorCode,
  type ErrorFacts,
} from '../errors.js';
import { readErrorDetails } from './error-details.js';

type ErrorClass = new (message: string, facts: ErrorFacts, options: ErrorOptions) => SurgicamError;

const CLASSES: Partial<Record<status, ErrorClass>> = {
  [status.CANCELLED]: CancelledError,
  [status.INVALID_ARGUMENT]: InvalidArgumentError,
  [status.DEADLINE_EXCEEDED]: DeadlineExceededError,
  [status.NOT_FOUND]: NotFoundError,
  [status.ALREADY_EXISTS]: AlreadyExistsError,
  [status.PERMISSION_DENIED]: PermissionDeniedError,
  [status.RESOURCE_EXHAUSTED]: ResourceExhaustedError,
  [status.FAILED_PRECONDITION]: FailedPreconditionError,
  [status.UNIMPLEMENTED]: UnimplementedError,
  [status.UNAVAILABLE]: UnavailableError,
  [status.UNAUTHENTICATED]: UnauthenticatedError,
};

/** The one place where gRPC's errors become ours. */
export function fromCallError(thrown: unknown): SurgicamError {
  if (thrown instanceof SurgicamError) return thrown;
  if (!isServiceError(thrown)) {
    const message = thrown instanceof Error ? thrown.message : String(thrown);
    return new SurgicamError('unknown', message, {}, { cause: thrown });
  }
  const [details] = thrown.metadata.get('grpc-status-details-bin');
  const facts = details instanceof Buffer ? readErrorDetails(details) : { fieldViolations: [] };
  const message = messageOf(thrown);
  const Class = CLASSES[thrown.code];
  if (Class !== undefined) return new Class(message, facts, { cause: thrown });
  return new SurgicamError(codeOf(thrown.code), message, facts, { cause: thrown });
}

/** The service's own words; where nobody answered, why, without the channel's bookkeeping. */
function messageOf({ code, details }: ServiceError): string {
  if (details === '') return `the call failed with ${status[code]}`;
  const [, why] =
    /^No connection established\. Last error: (?:Error: )?(.*?)\.? *(?:Resolution note:.*)?$/s.exec(
      details,
    ) ?? [];
  return why === undefined ? details : `no connection: ${why}`;
}

function codeOf(code: status): ErrorCode {
  const name = (status as Partial<Record<number, string>>)[code]?.toLowerCase() ?? 'unknown';
  return name === 'ok' ? 'unknown' : (name as ErrorCode);
}

function isServiceError(thrown: unknown): thrown is ServiceError {
  return (
    thrown instanceof Error &&
    'code' in thrown &&
    typeof thrown.code === 'number' &&
    'details' in thrown &&
    'metadata' in thrown
  );
}
