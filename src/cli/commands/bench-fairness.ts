import { InvalidArgumentError, Option, type Command } from 'commander';
import { benchModel, withTemporaryFolder } from '../bench/bench-materials.js';
import { BENCH_DEFAULTS, engineFlags } from '../bench/engine-flags.js';
import { fairnessLines } from '../bench/fairness/fairness-report.js';
import { runFairness, type FairnessFeed } from '../bench/fairness/run-fairness.js';
import { configOf } from '../config-flags.js';
import { frameSize, wholeIn } from '../flag-parsers.js';

interface BenchFairnessFlags {
  readonly feeds: readonly FairnessFeed[];
  readonly model?: string;
  readonly seconds: number;
  readonly json?: boolean;
}

const FEEDS = '60@854x480,30@1280x720,25@640x360,10@320x240';

/** `surgicam bench fairness`: feeds of different rates and sizes that ask for more than there is. */
export function registerBenchFairness(bench: Command): void {
  bench
    .command('fairness')
    .description(
      'live feeds that ask for more than the machine can analyse: what each gets, and what would be fair',
    )
    .addOption(
      new Option('--feeds <list>', 'rate@WIDTHxHEIGHT of each, separated by commas')
        .argParser(feedList)
        .default(feedList(FEEDS), FEEDS),
    )
    // `surgicam bench` has these too, with those of the engine, and takes them before this command sees them.
    .option('--model <folder>', 'model package (default: a ResNet-50 with made-up weights)')
    .option('--seconds <s>', 'how long (default: 20)')
    .option('--providers <list>', 'and every other flag of the engine that surgicam bench has (default: cpu)')
    .option('--json', 'everything measured, as one JSON object')
    .action((_flags, command: Command) => benchFairness(command.optsWithGlobals(), command.parent!));
}

async function benchFairness(flags: BenchFairnessFlags, bench: Command): Promise<void> {
  const { feeds, model, seconds, json } = flags;
  const serveFlags = engineFlags(await configOf(bench, 'engine', BENCH_DEFAULTS));
  const onStep = (text: string): void => void process.stderr.write(`... ${text}\n`);
  await withTemporaryFolder(async (folder) => {
    const { directory } = await benchModel(model, folder);
    const report = await runFairness({ feeds, seconds, model: directory, folder, serveFlags, onStep });
    if (json === true) console.log(JSON.stringify(report));
    else for (const line of fairnessLines(report)) console.log(line);
  });
}

const MOST_FEEDS = 64;

function feedList(text: string): FairnessFeed[] {
  const feeds = text.split(',').map((item) => {
    const [rate, size] = item.trim().split('@');
    if (rate === undefined || size === undefined) {
      throw new InvalidArgumentError(
        `Allowed: rate@WIDTHxHEIGHT, separated by commas, for example ${FEEDS}.`,
      );
    }
    const [width, height] = frameSize(size);
    return { fps: wholeIn(1, 240)(rate), width, height };
  });
  if (feeds.length > MOST_FEEDS) throw new InvalidArgumentError(`Allowed: at most ${MOST_FEEDS} feeds.`);
  return feeds;
}
