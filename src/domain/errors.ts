/** What went wrong, as a closed set. The names follow the gRPC status codes they become at the RPC edge. */
export type ErrorCode =
  | 'invalid_argument'
  | 'not_found'
  | 'already_exists'
  | 'failed_precondition'
  | 'resource_exhausted'
  | 'unauthenticated'
  | 'permission_denied'
  | 'unimplemented'
  | 'unavailable'
  | 'cancelled'
  | 'internal';

/** One bad field of a request, a manifest or a configuration. */
export interface FieldViolation {
  /** Path of the field, for example `subscribe.outputs.heatmaps.encoding`. */
  readonly field: string;
  /** The value received and what is allowed, for a person to read. */
  readonly description: string;
}

export interface SurgicamErrorOptions {
  readonly cause?: unknown;
  readonly violations?: readonly FieldViolation[];
  /** The thing the error is about, for example `{ type: 'feed', name: 'or-1' }`. */
  readonly resource?: { readonly type: string; readonly name: string };
  /** When trying again makes sense: after how many milliseconds. */
  readonly retryAfterMs?: number;
  /** A cause that programs tell apart, in capitals, with what it is about, for example `{ scope: 'feed:read' }`. */
  readonly reason?: { readonly name: string; readonly facts: Readonly<Record<string, string>> };
}

/** The one error class of the project. Foreign errors are translated into it in one file per boundary. */
export class SurgicamError extends Error {
  override readonly name = 'SurgicamError';
  readonly violations: readonly FieldViolation[];
  readonly resource: SurgicamErrorOptions['resource'];
  readonly retryAfterMs: number | undefined;
  readonly reason: SurgicamErrorOptions['reason'];

  constructor(
    readonly code: ErrorCode,
    message: string,
    options: SurgicamErrorOptions = {},
  ) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.violations = options.violations ?? [];
    this.resource = options.resource;
    this.retryAfterMs = options.retryAfterMs;
    this.reason = options.reason;
  }

  /** A bad value: the message names the field, the value and the allowed range. */
  static invalidField(
    field: string,
    value: unknown,
    allowed: string,
    options: { readonly cause?: unknown } = {},
  ): SurgicamError {
    const description = `${field} is ${describeValue(value)}; allowed: ${allowed}`;
    return new SurgicamError('invalid_argument', description, {
      ...options,
      violations: [{ field, description }],
    });
  }

  static notFound(type: string, name: string, hint = ''): SurgicamError {
    const suffix = hint === '' ? '' : `; ${hint}`;
    return new SurgicamError('not_found', `there is no ${type} named '${name}'${suffix}`, {
      resource: { type, name },
    });
  }

  /** Any thrown value as a SurgicamError; what is not one already becomes `internal` with its cause kept. */
  static from(thrown: unknown): SurgicamError {
    if (thrown instanceof SurgicamError) return thrown;
    const message = thrown instanceof Error ? thrown.message : String(thrown);
    return new SurgicamError('internal', message, { cause: thrown });
  }
}

/** A value as an error message shows it: quoted, and cut where it is long. */
export function describeValue(value: unknown): string {
  if (value === undefined) return 'absent';
  if (typeof value === 'bigint') return value.toString();
  let text: string;
  try {
    const json = JSON.stringify(value) as string | undefined; // undefined for functions and symbols
    text = json ?? typeof value;
  } catch {
    text = typeof value;
  }
  return text.length > 80 ? `${text.slice(0, 77)}...` : text;
}
