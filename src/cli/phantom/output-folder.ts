import { mkdir, readFile, readdir, rm } from 'node:fs/promises';
import path from 'node:path';
import { SurgicamError } from '../../domain/errors.js';
import { writeAtomically } from '../../files/write-atomically.js';
import type { RenderOptions } from './render-options.js';

/** Says with what options a folder was rendered, and whether it is complete. */
export const RECORD_FILE = 'phantom.json';

/**
 * Makes the folder and writes its record. What an earlier rendering left is removed with `force`; a folder with
 * anything else in it is always refused. Error: already_exists.
 *
 * @param entries names in the folder that the rendering will make, the record aside
 */
export async function beginFolder(options: RenderOptions, entries: readonly string[]): Promise<void> {
  const { out, force } = options;
  const names = await readdir(out).catch((cause: unknown) => {
    if ((cause as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw SurgicamError.invalidField('--out', out, 'a folder', { cause });
  });
  if (names.length > 0) {
    const earlier = await earlierEntries(out);
    const others = names.filter((name) => !earlier.includes(name));
    if (earlier.length === 0 || others.length > 0) {
      const shown = (earlier.length === 0 ? names : others).slice(0, 3).join(', ');
      throw new SurgicamError(
        'already_exists',
        `${out} holds files that were not rendered (${shown}); choose an empty folder`,
      );
    }
    if (!force) {
      throw new SurgicamError(
        'already_exists',
        `${out} holds rendered frames already; choose another folder, or --force to render them anew`,
      );
    }
    for (const name of earlier) await rm(path.join(out, name), { recursive: true, force: true });
  }
  await mkdir(out, { recursive: true });
  await writeRecord(options, entries, false);
}

/** Says that the rendering is complete: the last file to be written. */
export async function completeFolder(options: RenderOptions, entries: readonly string[]): Promise<void> {
  await writeRecord(options, entries, true);
}

async function writeRecord(
  options: RenderOptions,
  entries: readonly string[],
  complete: boolean,
): Promise<void> {
  // Neither where it lies nor how it was drawn: the same data set has the same record.
  const { out, layout, frames, seed, seeds, width, height, every, split, validationShare, tools, boxes } =
    options;
  const scene = { frames, seed, seeds, width, height, every };
  const record = {
    schemaVersion: 1,
    complete,
    layout,
    ...scene,
    split,
    validationShare,
    tools,
    boxes,
    entries,
  };
  await writeAtomically(path.join(out, RECORD_FILE), `${JSON.stringify(record, null, 2)}\n`);
}

/** What an earlier run made, its record included; empty when there is no record of one. */
async function earlierEntries(out: string): Promise<string[]> {
  const text = await readFile(path.join(out, RECORD_FILE), 'utf8').catch(() => undefined);
  if (text === undefined) return [];
  try {
    const { entries } = JSON.parse(text) as { entries: readonly string[] };
    const own = entries.filter((name) => path.basename(name) === name && !/^\.+$/.test(name));
    // what was being written when a run was cut off
    return [RECORD_FILE, ...own, ...own.map((name) => `${name}.part`)];
  } catch {
    return [];
  }
}
