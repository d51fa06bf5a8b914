import type { Command } from 'commander';
import { SurgicamError } from '../../domain/errors.js';
import { ROW_NAMES, type RowName } from '../bench/suite/row.js';
import { runSuite } from '../bench/suite/run-suite.js';
import { list, numberIn } from '../flag-parsers.js';

interface BenchSuiteFlags {
  readonly out: string;
  readonly only?: readonly RowName[];
  readonly seconds: number;
  readonly memoryMinutes: number;
  readonly soakMinutes: number;
  readonly python: string;
}

/** `surgicam bench suite`: every figure that the project reports, with its goal, as JSON, a page and plots. */
export function registerBenchSuite(bench: Command): void {
  bench
    .command('suite')
    .description('measure all that the project reports, and write results.json, a page and plots')
    .requiredOption('--out <folder>', 'where they go; rows already there stay unless they are measured again')
    .option('--only <rows>', `of ${ROW_NAMES.join(', ')} (default: all)`, rowNames)
    .option('--memory-minutes <n>', 'length of the row memory', numberIn(0.1, 100_000), 60)
    .option('--soak-minutes <n>', 'length of the row soak', numberIn(0.05, 100_000), 10)
    .option('--python <file>', 'interpreter with torch, torchvision, OpenCV, Pillow', '/usr/bin/python3')
    // `surgicam bench` has --seconds too, and takes it before this command sees it.
    .action((_flags, command: Command) => benchSuite(command.optsWithGlobals()));
}

async function benchSuite({ only = ROW_NAMES, out, ...options }: BenchSuiteFlags): Promise<void> {
  const onStep = (text: string): void => void process.stderr.write(`... ${text}\n`);
  const { seconds, memoryMinutes, soakMinutes, python } = options;
  const { rows } = await runSuite({ names: only, out, seconds, memoryMinutes, soakMinutes, python, onStep });
  console.log(`results.json, README.md and plots are in ${out}`);
  const broken = only.filter((name) => rows[name]?.failed === true);
  if (broken.length > 0) {
    throw new SurgicamError('failed_precondition', `not measured: ${broken.join(', ')}; the page says why`);
  }
}

function rowNames(text: string): readonly RowName[] {
  const names = list(text);
  const unknown = names.find((name) => !(ROW_NAMES as readonly string[]).includes(name));
  if (unknown !== undefined) throw SurgicamError.invalidField('--only', unknown, ROW_NAMES.join(', '));
  return ROW_NAMES.filter((name) => names.includes(name));
}
