import { mkdir, readdir } from 'node:fs/promises';
import path from 'node:path';
import { SurgicamError } from '../../domain/errors.js';
import { writeAtomically } from '../../files/write-atomically.js';
import { renderReport } from './report-html.js';
import type { EvaluationReport } from './report.js';

const FILES = ['report.json', 'index.html'];

/** Refuses a folder with anything but an earlier report in it, before hours are spent. */
export async function checkReportFolder(out: string, force: boolean): Promise<void> {
  const names = await readdir(out).catch((cause: unknown) => {
    if ((cause as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw SurgicamError.invalidField('--out', out, 'a folder', { cause });
  });
  const others = names.filter((name) => !FILES.includes(name));
  if (others.length === 0 || force) return;
  throw new SurgicamError(
    'already_exists',
    `${out} holds other files (${others.slice(0, 3).join(', ')}); choose another folder, or --force to add the report`,
  );
}

/** `index.html` and then `report.json`, each complete or not at all. */
export async function writeReport(
  out: string,
  report: EvaluationReport,
  pictures: readonly (Uint8Array | undefined)[],
): Promise<void> {
  await mkdir(out, { recursive: true });
  await writeAtomically(path.join(out, 'index.html'), renderReport(report, pictures));
  await writeAtomically(path.join(out, 'report.json'), `${JSON.stringify(report, null, 2)}\n`);
}
