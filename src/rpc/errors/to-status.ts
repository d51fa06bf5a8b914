import { Metadata, status, type StatusObject } from '@grpc/grpc-js';
import { SurgicamError, type ErrorCode } from '../../domain/errors.js';
import { encodeStatus, type ErrorDetail } from './google-rpc-details.js';
import { publicText } from './public-text.js';

const STATUS_OF: Record<ErrorCode, status> = {
  invalid_argument: status.INVALID_ARGUMENT,
  not_found: status.NOT_FOUND,
  already_exists: status.ALREADY_EXISTS,
  failed_precondition: status.FAILED_PRECONDITION,
  resource_exhausted: status.RESOURCE_EXHAUSTED,
  unauthenticated: status.UNAUTHENTICATED,
  permission_denied: status.PERMISSION_DENIED,
  unimplemented: status.UNIMPLEMENTED,
  unavailable: status.UNAVAILABLE,
  cancelled: status.CANCELLED,
  internal: status.INTERNAL,
};

/** What a client is told of a defect; the log has the rest. */
const DEFECT_TEXT = 'internal error; the server log has the details';

/** Codes with which a client is told when to try again; this long unless the error says otherwise. */
const RETRY_CODES: readonly ErrorCode[] = ['resource_exhausted', 'unavailable'];
const DEFAULT_RETRY_MS = 1000;

/** Whether an error is a bug of ours, to be logged in full, rather than an answer. */
export function isDefect(error: unknown): boolean {
  return !(error instanceof SurgicamError) || error.code === 'internal';
}

/**
 * Any thrown value as the status a client gets, with `google.rpc` details. The only place where errors leave the
 * process: what is not an expected error becomes one fixed text.
 */
export function toStatus(thrown: unknown): StatusObject {
  const error =
    thrown instanceof SurgicamError && thrown.code !== 'internal'
      ? thrown
      : new SurgicamError('internal', DEFECT_TEXT);
  const code = STATUS_OF[error.code];
  const details = publicText(error.message);
  const metadata = new Metadata();
  metadata.set('grpc-status-details-bin', Buffer.from(encodeStatus(code, details, detailsOf(error))));
  return { code, details, metadata };
}

function detailsOf(error: SurgicamError): ErrorDetail[] {
  const details: ErrorDetail[] = [];
  if (error.violations.length > 0) {
    const violations = error.violations.map(({ field, description }) => ({
      field,
      description: publicText(description),
    }));
    details.push({ kind: 'bad_request', violations });
  }
  if (error.resource !== undefined) {
    const { type, name } = error.resource;
    details.push({
      kind: 'resource_info',
      type,
      name: publicText(name),
      description: publicText(error.message),
    });
  }
  if (error.reason !== undefined) {
    const { name, facts } = error.reason;
    details.push({ kind: 'error_info', reason: name, facts });
  }
  if (error.retryAfterMs !== undefined || RETRY_CODES.includes(error.code)) {
    details.push({ kind: 'retry_info', delayMs: error.retryAfterMs ?? DEFAULT_RETRY_MS });
  }
  return details;
}
