import type { Command } from 'commander';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { SurgicamError } from '../../domain/errors.js';
import { withTemporaryFolder } from '../bench/bench-materials.js';
import { faultLine, faultPage, summaryLines } from '../bench/faults/fault-report.js';
import { FAULTS, runFaults } from '../bench/faults/run-faults.js';
import { list } from '../flag-parsers.js';

interface BenchFaultsFlags {
  readonly only?: readonly string[];
  readonly out?: string;
}

/** `surgicam bench faults`: what goes wrong in an operating room, done on purpose. */
export function registerBenchFaults(bench: Command): void {
  bench
    .command('faults')
    .description('do everything to a service that may happen to it, and see what it does (Linux)')
    .option('--only <names>', 'some faults or families, separated by commas', list)
    .option('--out <folder>', 'write faults.json and faults.md there')
    .action((_flags, command: Command) => benchFaults(command.opts()));
}

async function benchFaults({ only, out }: BenchFaultsFlags): Promise<void> {
  const known = new Set(FAULTS.flatMap(({ name, family }) => [name, family]));
  const unknown = only?.find((name) => !known.has(name));
  if (unknown !== undefined) throw SurgicamError.invalidField('--only', unknown, [...known].join(', '));
  const chosen = FAULTS.filter(
    ({ name, family }) => only === undefined || only.includes(name) || only.includes(family),
  );
  await withTemporaryFolder(async (folder) => {
    const report = await runFaults(chosen, folder, (result) => console.log(faultLine(result)));
    for (const line of summaryLines(report)) console.log(line);
    if (out !== undefined) {
      await mkdir(out, { recursive: true });
      await writeFile(join(out, 'faults.json'), `${JSON.stringify(report, null, 2)}\n`);
      await writeFile(join(out, 'faults.md'), faultPage(report));
    }
    if (!report.passed) process.exitCode = 1;
  });
}
