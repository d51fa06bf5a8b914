import { SurgicamError } from '../../domain/errors.js';
import { displayName } from '../../pictures/class-colours.js';

/** The id of a class given as an id or a name; case, spaces and underscores do not matter. */
export function findClass(text: string, classes: readonly string[]): number {
  const plain = (name: string): string => displayName(name).toLowerCase();
  const byName = classes.findIndex((name) => plain(name) === plain(text));
  if (byName >= 0) return byName;
  const id = /^\d+$/.test(text) ? Number(text) : -1;
  if (id >= 0 && id < classes.length) return id;
  throw SurgicamError.invalidField('--class', text, classes.map((name, i) => `${i} ${name}`).join(', '));
}
