import { SurgicamError } from '../domain/errors.js';

/** Where something stands in an annotation file; both count from 1. */
export interface Place {
  readonly file: string;
  readonly line: number;
  readonly column: number;
}

/** invalid_argument: what stands at a place of an annotation file, and what is allowed there. */
export function annotationError(
  { file, line, column }: Place,
  found: string,
  allowed: string,
): SurgicamError {
  const message = `${file}:${line}:${column}: ${found}; allowed: ${allowed}`;
  return new SurgicamError('invalid_argument', message, {
    violations: [{ field: `${file}:${line}:${column}`, description: message }],
  });
}
