import { SurgicamError } from '../../domain/errors.js';

/** What an enum value of a request means; a value that this server does not know is refused. */
export function checkEnum<E, T>(field: string, value: E, meanings: ReadonlyMap<E, T>): T {
  const meaning = meanings.get(value);
  if (meaning === undefined) {
    throw SurgicamError.invalidField(
      field,
      value,
      `the values of its enum: ${[...meanings.keys()].join(', ')}`,
    );
  }
  return meaning;
}

/** An optional number in [0, 1]. */
export function checkOptionalUnit(field: string, value: number | undefined): void {
  if (value !== undefined && !(value >= 0 && value <= 1)) {
    throw SurgicamError.invalidField(field, value, '0 to 1');
  }
}

/** A text with a greatest length in characters; empty is refused. */
export function checkText(field: string, value: string, maxLength: number): void {
  if (value.length === 0 || value.length > maxLength) {
    const shown = value.length === 0 ? value : `${value.length} characters`;
    throw SurgicamError.invalidField(field, shown, `1 to ${maxLength} characters`);
  }
}

/** Runs a check of the service's insides; what it finds bad is named as the contract names it. */
export function underField<T>(rename: (field: string) => string, check: () => T): T {
  try {
    return check();
  } catch (thrown) {
    if (!(thrown instanceof SurgicamError) || thrown.code !== 'invalid_argument') throw thrown;
    const field = rename(thrown.violations[0]?.field ?? '');
    const description = `${field}: ${thrown.message}`;
    throw new SurgicamError('invalid_argument', description, {
      cause: thrown,
      violations: [{ field, description }],
    });
  }
}

/** For what the contract has and this server does not do yet. */
export function notServed(field: string, what: string): SurgicamError {
  const description = `${field}: ${what} is not served by this version of the server; leave it out`;
  return new SurgicamError('unimplemented', description, { violations: [{ field, description }] });
}
