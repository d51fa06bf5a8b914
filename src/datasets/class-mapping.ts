import { SurgicamError } from '../domain/errors.js';

/** The class that stands for the tissue being worked on. It is taken to be present in every frame of either data set. */
export const TISSUE = 'tissue';

/**
 * For every class of the model its column in a data set's own list; undefined where the data set never has it.
 * Error: invalid_argument for a class that is neither in `columns` nor in `absent`.
 */
export function columnsOfClasses(
  layout: string,
  classes: readonly string[],
  columns: readonly string[],
  absent: readonly string[],
): (number | undefined)[] {
  return classes.map((name) => {
    const column = columns.indexOf(name);
    if (column >= 0) return column;
    if (absent.includes(name)) return undefined;
    throw SurgicamError.invalidField(
      'classes',
      name,
      `the classes of ${layout}: ${[...columns, ...absent].join(', ')}; the model knows a class that the data set does not`,
    );
  });
}
