/** What went wrong, as a closed set: gRPC's status codes in lower case. */
export type ErrorCode =
  | 'cancelled'
  | 'unknown'
  | 'invalid_argument'
  | 'deadline_exceeded'
  | 'not_found'
  | 'already_exists'
  | 'permission_denied'
  | 'resource_exhausted'
  | 'failed_precondition'
  | 'aborted'
  | 'out_of_range'
  | 'unimplemented'
  | 'internal'
  | 'unavailable'
  | 'data_loss'
  | 'unauthenticated';

/** One bad field of a request. */
export interface FieldViolation {
  /** Path of the field, for example `configure.max_rate`. */
  readonly field: string;
  /** The value received and what is allowed, for a person to read. */
  readonly description: string;
}

/** What the service says about an error beside its message (`google.rpc` details). */
export interface ErrorFacts {
  readonly fieldViolations: readonly FieldViolation[];
  /** The thing the error is about, for example `{ type: 'feed', name: 'or-1' }`. */
  readonly resource?: { readonly type: string; readonly name: string };
  /** When trying again makes sense: after how many milliseconds. */
  readonly retryDelayMs?: number;
  /** A cause that programs tell apart, in capitals, with what it is about. */
  readonly reason?: { readonly name: string; readonly facts: Readonly<Record<string, string>> };
}

/** Every error of this package; `code` or the class tells which. */
export class SurgicamError extends Error implements ErrorFacts {
  override readonly name: string = 'SurgicamError';
  readonly fieldViolations: readonly FieldViolation[];
  readonly resource?: { readonly type: string; readonly name: string };
  readonly retryDelayMs?: number;
  readonly reason?: { readonly name: string; readonly facts: Readonly<Record<string, string>> };

  constructor(
    readonly code: ErrorCode,
    message: string,
    facts: Partial<ErrorFacts> = {},
    options: ErrorOptions = {},
  ) {
    super(message, options);
    this.fieldViolations = facts.fieldViolations ?? [];
    if (facts.resource !== undefined) this.resource = facts.resource;
    if (facts.retryDelayMs !== undefined) this.retryDelayMs = facts.retryDelayMs;
    if (facts.reason !== undefined) this.reason = facts.reason;
  }
}

type Rest = [message: string, facts?: Partial<ErrorFacts>, options?: ErrorOptions];

/** A field is wrong; `fieldViolations` names it. */
export class InvalidArgumentError extends SurgicamError {
  override readonly name = 'InvalidArgumentError';
  constructor(...rest: Rest) {
    super('invalid_argument', ...rest);
  }
}

/** There is no such feed or model; `resource` names it. */
export class NotFoundError extends SurgicamError {
  override readonly name = 'NotFoundError';
  constructor(...rest: Rest) {
    super('not_found', ...rest);
  }
}

/** The id is taken; `resource` names it. */
export class AlreadyExistsError extends SurgicamError {
  override readonly name = 'AlreadyExistsError';
  constructor(...rest: Rest) {
    super('already_exists', ...rest);
  }
}

/** The feed failed for good, or the call needs something that is not so. */
export class FailedPreconditionError extends SurgicamError {
  override readonly name = 'FailedPreconditionError';
  constructor(...rest: Rest) {
    super('failed_precondition', ...rest);
  }
}

/** A limit of the service is reached; `retryDelayMs` says when trying again makes sense. */
export class ResourceExhaustedError extends SurgicamError {
  override readonly name = 'ResourceExhaustedError';
  constructor(...rest: Rest) {
    super('resource_exhausted', ...rest);
  }
}

/** The service wants to know who calls, and does not believe this token or certificate. */
export class UnauthenticatedError extends SurgicamError {
  override readonly name = 'UnauthenticatedError';
  constructor(...rest: Rest) {
    super('unauthenticated', ...rest);
  }
}

/** The caller is known, and may not do this. */
export class PermissionDeniedError extends SurgicamError {
  override readonly name = 'PermissionDeniedError';
  constructor(...rest: Rest) {
    super('permission_denied', ...rest);
  }
}

/** This version of the service does not serve that. */
export class UnimplementedError extends SurgicamError {
  override readonly name = 'UnimplementedError';
  constructor(...rest: Rest) {
    super('unimplemented', ...rest);
  }
}

/** Nobody answers, the connection was lost, or the service shuts down. */
export class UnavailableError extends SurgicamError {
  override readonly name = 'UnavailableError';
  constructor(...rest: Rest) {
    super('unavailable', ...rest);
  }
}

/** The answer did not come within the deadline. */
export class DeadlineExceededError extends SurgicamError {
  override readonly name = 'DeadlineExceededError';
  constructor(...rest: Rest) {
    super('deadline_exceeded', ...rest);
  }
}

/** The caller's AbortSignal ended the call; `cause` is the signal's reason. */
export class CancelledError extends SurgicamError {
  override readonly name = 'CancelledError';
  constructor(...rest: Rest) {
    super('cancelled', ...rest);
  }
}
