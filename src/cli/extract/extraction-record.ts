import { mkdir, readFile, readdir, rm } from 'node:fs/promises';
import path from 'node:path';
import { SurgicamError } from '../../domain/errors.js';
import { readNpy } from '../../files/npy.js';
import { writeAtomically } from '../../files/write-atomically.js';
import { FEATURE_LENGTH } from '../../localization/slfe.js';

/** In the output folder: what the features in it were made with. */
export const RECORD_FILE = 'extract.json';

/** Everything that a feature depends on. */
export type ExtractionRecord = Readonly<Record<string, unknown>>;

/**
 * Makes the output folder ready: a new one, or one that the same settings have begun to fill. `replace` begins anew,
 * also where the record cannot be read. Errors: failed_precondition naming the settings that differ, already_exists for
 * a folder of other things.
 */
export async function prepareOutput(out: string, record: ExtractionRecord, replace: boolean): Promise<void> {
  await mkdir(out, { recursive: true }).catch((cause: unknown) => {
    throw SurgicamError.invalidField('--out', out, 'a folder that can be written', { cause });
  });
  const file = path.join(out, RECORD_FILE);
  const text = await readIfThere(file);
  if (text === undefined) await checkEmpty(out);
  else if (replace) await removeExtracted(out);
  else checkSame(out, parseRecord(text, file), record);
  await writeAtomically(file, `${JSON.stringify(record, null, 2)}\n`);
}

async function readIfThere(file: string): Promise<string | undefined> {
  return readFile(file, 'utf8').catch((error: unknown) => {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  });
}

async function checkEmpty(out: string): Promise<void> {
  // A run that was killed at once leaves its unfinished record.
  const others = (await readdir(out)).filter((name) => name !== `${RECORD_FILE}.part`);
  if (others.length === 0) return;
  throw new SurgicamError(
    'already_exists',
    `${out} holds other files (${others.slice(0, 3).join(', ')}); choose an empty or new folder`,
  );
}

function checkSame(out: string, known: ExtractionRecord, record: ExtractionRecord): void {
  const differing = differences(known, record);
  if (differing.length === 0) return;
  throw new SurgicamError(
    'failed_precondition',
    `${out} holds features made with other settings: ${differing.join('; ')}. ` +
      'Choose another --out, or --force to begin anew',
  );
}

function parseRecord(text: string, file: string): ExtractionRecord {
  let cause: unknown;
  try {
    const record: unknown = JSON.parse(text);
    if (typeof record === 'object' && record !== null) return record as ExtractionRecord;
  } catch (error) {
    cause = error;
  }
  throw new SurgicamError('failed_precondition', `${file} is no record of settings; --force begins anew`, {
    cause,
  });
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

/** A region's files; the group is its frame. */
const REGION = /^(.+)_\d+_\d+_\d+,\d+,\d+,\d+\.(npz|png)$/;

/**
 * Removes what extraction wrote and nothing else: somebody may keep notes or arrays there by now. An array that is not
 * the stack of the regions beside it could pass for a complete frame, so it is refused before anything is removed.
 */
async function removeExtracted(out: string): Promise<void> {
  const entries = await readdir(out, { withFileTypes: true, recursive: true });
  const files = entries.filter((entry) => entry.isFile()).map((e) => path.join(e.parentPath, e.name));
  const regions = files.filter((file) => REGION.test(path.basename(file)));
  const stacks = files.filter((file) => file.endsWith('.npy'));
  const counts = new Map<string, number>();
  for (const file of regions.filter((name) => name.endsWith('.npz'))) {
    const stack = path.join(path.dirname(file), `${REGION.exec(path.basename(file))![1]}.npy`);
    counts.set(stack, (counts.get(stack) ?? 0) + 1);
  }
  for (const file of stacks) {
    if (await isStack(file, counts.get(file) ?? 0)) continue;
    throw new SurgicamError(
      'already_exists',
      `${file} is not the features of the regions beside it; move it away, then --force begins anew`,
    );
  }
  // Stacks first: should this be interrupted, no frame passes for complete.
  const parts = files.filter((file) => file.endsWith('.npy.part'));
  for (const file of [...stacks, ...parts, ...regions]) await rm(file);
}

async function isStack(file: string, regions: number): Promise<boolean> {
  const bytes = await readFile(file);
  try {
    const { shape, data } = readNpy(bytes);
    return data instanceof Float32Array && shape.join() === `${regions},${FEATURE_LENGTH}`;
  } catch (error) {
    if (error instanceof SurgicamError) return false;
    throw error;
  }
}
