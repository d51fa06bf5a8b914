import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { writeAtomically } from '../../../files/write-atomically.js';
import { SurgicamError } from '../../../domain/errors.js';
import type { Machine } from './machine.js';
import type { RowFindings, RowName } from './row.js';

/** A row as it was measured. */
export interface MeasuredRow extends RowFindings {
  /** When it was begun, ISO 8601. */
  readonly measuredAt: string;
  readonly tookSeconds: number;
  /** Processors that were busy with other work just before. */
  readonly busyBefore: number;
  readonly version: string;
  readonly machine: Machine;
}

/** What a folder of results holds. */
export interface SuiteResults {
  readonly rows: Partial<Record<RowName, MeasuredRow>>;
}

export const RESULTS_FILE = 'results.json';

/** The results in a folder; none when there are none yet. Error: invalid_argument for a file of something else. */
export async function readResults(folder: string): Promise<SuiteResults> {
  const file = join(folder, RESULTS_FILE);
  const text = await readFile(file, 'utf8').catch(() => undefined);
  if (text === undefined) return { rows: {} };
  try {
    const found = JSON.parse(text) as Partial<SuiteResults>;
    if (typeof found.rows === 'object') return { rows: found.rows };
  } catch {
    // not JSON: told below
  }
  throw SurgicamError.invalidField(file, 'something else', 'results of the suite, or no such file');
}

export async function writeResults(folder: string, results: SuiteResults): Promise<void> {
  await writeAtomically(join(folder, RESULTS_FILE), `${JSON.stringify(results, null, 1)}\n`);
}
