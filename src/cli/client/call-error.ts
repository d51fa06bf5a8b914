import { status, type ServiceError } from '@grpc/grpc-js';
import { SurgicamError, type ErrorCode } from '../../domain/errors.js';

const CODES: Partial<Record<status, ErrorCode>> = {
  [status.INVALID_ARGUMENT]: 'invalid_argument',
  [status.NOT_FOUND]: 'not_found',
  [status.ALREADY_EXISTS]: 'already_exists',
  [status.FAILED_PRECONDITION]: 'failed_precondition',
  [status.RESOURCE_EXHAUSTED]: 'resource_exhausted',
  [status.UNAUTHENTICATED]: 'unauthenticated',
  [status.PERMISSION_DENIED]: 'permission_denied',
  [status.UNIMPLEMENTED]: 'unimplemented',
  [status.UNAVAILABLE]: 'unavailable',
  [status.CANCELLED]: 'cancelled',
  [status.DEADLINE_EXCEEDED]: 'unavailable',
};

/** What a failed call means to the person who started the command: the one place where gRPC's errors are read. */
export function fromCallError(thrown: unknown, address: string): SurgicamError {
  if (!isServiceError(thrown)) return SurgicamError.from(thrown);
  if (thrown.code === status.UNAVAILABLE) {
    const never = /ECONNREFUSED|ENOTFOUND|No connection established|Name resolution/.test(thrown.details);
    const message = never
      ? `nothing answers at ${address}; start 'surgicam serve' there, or name another --address`
      : `the service at ${address} went away: ${thrown.details}`;
    return new SurgicamError('unavailable', message, { cause: thrown });
  }
  const code = CODES[thrown.code] ?? 'internal';
  const details = thrown.details === '' ? `the call failed with ${status[thrown.code]}` : thrown.details;
  return new SurgicamError(code, details, { cause: thrown });
}

export function isCancelled(thrown: unknown): boolean {
  return isServiceError(thrown) && thrown.code === status.CANCELLED;
}

function isServiceError(thrown: unknown): thrown is ServiceError {
  return (
    thrown instanceof Error && 'code' in thrown && 'details' in thrown && typeof thrown.code === 'number'
  );
}
