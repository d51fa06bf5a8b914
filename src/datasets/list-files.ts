import { readdir } from 'node:fs/promises';
import { SurgicamError } from '../domain/errors.js';

/** Names in a folder, numbers inside them in numeric order. Error: not_found, with the tree that is expected. */
export async function listFolder(folder: string, expected: string): Promise<string[]> {
  try {
    return naturally(await readdir(folder));
  } catch (error) {
    throw new SurgicamError('not_found', `${folder} is missing or no folder; expected ${expected}`, {
      cause: error,
    });
  }
}

const collator = new Intl.Collator('en', { numeric: true });

export function naturally(names: readonly string[]): string[] {
  // Equal by the collator, as `a01` and `a1` are, would leave the order to the file system.
  return [...names].sort((a, b) => collator.compare(a, b) || (a < b ? -1 : 1));
}
