import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { SurgicamError } from '../../../domain/errors.js';
import { programVersion } from '../../program.js';
import { withTemporaryFolder } from '../bench-materials.js';
import { ceilingRow } from './ceiling-row.js';
import { fairnessRow } from './fairness-row.js';
import { gpuRow } from './gpu-row.js';
import { hdLiveRow } from './hd-live-row.js';
import { limitRow } from './limit-row.js';
import { busyElsewhere, describeMachine } from './machine.js';
import { markdownOf } from './markdown.js';
import { memoryRow } from './memory-row.js';
import { referenceRow } from './reference-row.js';
import { scalingRow } from './scaling-row.js';
import { soakRow } from './soak-row.js';
import { startUpRow } from './start-up-row.js';
import { plot } from './plot.js';
import { readResults, writeResults, type SuiteResults } from './results.js';
import type { Row, RowFindings, RowName, SuiteOptions } from './row.js';

const ROWS: Readonly<Record<RowName, Row>> = {
  reference: referenceRow,
  limit: limitRow,
  'hd-live': hdLiveRow,
  scaling: scalingRow,
  ceiling: ceilingRow,
  fairness: fairnessRow,
  'start-up': startUpRow,
  gpu: gpuRow,
  soak: soakRow,
  memory: memoryRow,
};

export interface RunSuiteOptions extends SuiteOptions {
  readonly names: readonly RowName[];
  /** Results and pages are kept here; rows that are not measured now stay as they are. */
  readonly out: string;
  readonly onStep: (step: string) => void;
}

/** Measures the rows one after another, and writes the page anew after each. One that fails is told as not measured. */
export async function runSuite({ names, out, onStep, ...options }: RunSuiteOptions): Promise<SuiteResults> {
  await mkdir(out, { recursive: true });
  let results = await readResults(out);
  const machine = await describeMachine();
  await withTemporaryFolder(async (folder) => {
    for (const name of names) {
      onStep(name);
      const began = new Date();
      const busyBefore = await busyElsewhere();
      const findings = await ROWS[name]({ ...options, folder, onStep }).catch(failed);
      const tookSeconds = (Date.now() - began.getTime()) / 1000;
      const facts = { measuredAt: began.toISOString(), tookSeconds, busyBefore, machine };
      const row = { ...findings, ...facts, version: programVersion() };
      results = { rows: { ...results.rows, [name]: row } };
      for (const chart of row.charts ?? []) await writeFile(join(out, `${chart.name}.svg`), plot(chart));
      await writeResults(out, results);
      await writeFile(join(out, 'README.md'), markdownOf(results));
    }
  });
  return results;
}

function failed(error: unknown): RowFindings {
  const reason = SurgicamError.from(error).message;
  return { how: 'The row failed', figures: [], notMeasured: [`everything: ${reason}`], failed: true };
}
