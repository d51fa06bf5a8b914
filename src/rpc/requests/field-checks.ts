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
  const length = charactersOf(value, maxLength);
  if (length === 0 || length > maxLength) {
    const shown = length === 0 ? value : `${length} characters`;
    throw SurgicamError.invalidField(field, shown, `1 to ${maxLength} characters`);
  }
}

/** A character outside the basic plane is two units of a JavaScript string; what is far too long is not counted out. */
function charactersOf(value: string, maxLength: number): number {
  const isClose = value.length > maxLength && value.length <= 2 * (maxLength + 1);
  return isClose ? Array.from(value).length : value.length;
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
