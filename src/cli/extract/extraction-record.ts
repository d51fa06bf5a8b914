import { mkdir, readFile, readdir, rm } from 'node:fs/promises';
import path from 'node:path';
import { SurgicamError } from '../../domain/errors.js';
import { writeAtomically } from '../../files/write-atomically.js';

/** In the output folder: what the features in it were made with. */
export const RECORD_FILE = 'extract.json';

/** Everything that a feature depends on. */
export type ExtractionRecord = Readonly<Record<string, unknown>>;

/**
 * Makes the output folder ready: a new one, or one that the same settings have begun to fill. `replace` begins anew.
 * Errors: failed_precondition naming the settings that differ, already_exists for a folder of other things.
 */
export async function prepareOutput(out: string, record: ExtractionRecord, replace: boolean): Promise<void> {
  await mkdir(out, { recursive: true }).catch((cause: unknown) => {
    throw SurgicamError.invalidField('--out', out, 'a folder that can be written', { cause });
  });
  const file = path.join(out, RECORD_FILE);
  const known = await readRecord(file);
  if (known === undefined) {
    const others = await readdir(out);
    if (others.length > 0) {
      throw new SurgicamError(
        'already_exists',
        `${out} holds other files (${others.slice(0, 3).join(', ')}); choose an empty or new folder`,
      );
    }
  } else {
    const differing = differences(known, record);
    if (!replace && differing.length > 0) {
      throw new SurgicamError(
        'failed_precondition',
        `${out} holds features made with other settings: ${differing.join('; ')}. ` +
          'Choose another --out, or --force to begin anew',
      );
    }
    if (replace) await removeExtracted(out);
  }
  await writeAtomically(file, `${JSON.stringify(record, null, 2)}\n`);
}

async function readRecord(file: string): Promise<ExtractionRecord | undefined> {
  const text = await readFile(file, 'utf8').catch((error: unknown) => {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  });
  if (text === undefined) return undefined;
  try {
    return JSON.parse(text) as ExtractionRecord;
  } catch (cause) {
    throw new SurgicamError('failed_precondition', `${file} is not JSON; --force begins anew`, { cause });
  }
}

function differences(before: ExtractionRecord, now: ExtractionRecord): string[] {
  const keys = [...new Set([...Object.keys(before), ...Object.keys(now)])];
  return keys
    .filter((key) => JSON.stringify(before[key]) !== JSON.stringify(now[key]))
    .map((key) => `${key} was ${shown(before[key])} and is ${shown(now[key])}`);
}

function shown(value: unknown): string {
  return value === undefined ? 'absent' : JSON.stringify(value);
}

/** Only what has the names that extraction gives: a folder may hold somebody's notes by now. */
const EXTRACTED = /(_\d+_\d+_\d+,\d+,\d+,\d+\.(npz|png)|\.npy|\.part)$/;

async function removeExtracted(out: string): Promise<void> {
  for (const entry of await readdir(out, { withFileTypes: true, recursive: true })) {
    if (entry.isFile() && EXTRACTED.test(entry.name)) await rm(path.join(entry.parentPath, entry.name));
  }
}
