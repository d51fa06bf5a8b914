import type { Command } from 'commander';
import { access } from 'node:fs/promises';
import { basename } from 'node:path';
import { SurgicamError } from '../../domain/errors.js';
import { batchLimit } from '../../inference/batch-limit.js';
import { createLogger } from '../../observability/logger.js';
import { benchClip, benchModel, CLIP_DESCRIPTION, withTemporaryFolder } from '../bench/bench-materials.js';
import { BENCH_DEFAULTS, engineFlags } from '../bench/engine-flags.js';
import { reportLines } from '../bench/bench-report.js';
import { runBench } from '../bench/run-bench.js';
import { configOf, withConfigFlags } from '../config-flags.js';
import { numberIn } from '../flag-parsers.js';
import { startEngine } from '../start-engine.js';
import { registerBenchReference } from './bench-reference.js';
import { registerBenchScene } from './bench-scene.js';
import { registerBenchFairness } from './bench-fairness.js';
import { registerBenchFaults } from './bench-faults.js';
import { registerBenchSoak } from './bench-soak.js';
import { registerBenchSuite } from './bench-suite.js';

interface BenchFlags {
  readonly model?: string;
  readonly video?: string;
  readonly seconds: number;
  readonly slowSubscriberSeconds: number;
  readonly json?: boolean;
}

/** `surgicam bench`: how fast this machine is, and how much of it the service gets out. */
export function registerBench(program: Command): void {
  const command = program
    .command('bench')
    .description('measure the model, decoding, and the whole service on this machine, with their ratios')
    .option(
      '--model <folder>',
      'model package (default: a ResNet-50 with made-up weights, 320 x 256, 11 classes)',
    )
    .option('--video <file>', `clip to decode (default: ${CLIP_DESCRIPTION})`)
    .option('--seconds <s>', 'time of each measurement', numberIn(1, 3600), 20)
    .option(
      '--slow-subscriber-seconds <s>',
      'also: three subscribers, one never reading (300 shows it)',
      numberIn(0, 86_400),
      0,
    )
    .option('--json', 'everything measured, as one JSON object');
  withConfigFlags(command, 'engine').action((flags: BenchFlags) => bench(flags, command));
  registerBenchReference(command);
  registerBenchScene(command);
  registerBenchFairness(command);
  registerBenchFaults(command);
  registerBenchSoak(command);
  registerBenchSuite(command);
}

async function bench(flags: BenchFlags, command: Command): Promise<void> {
  const { video, seconds, slowSubscriberSeconds } = flags;
  if (video !== undefined) {
    await access(video).catch((cause: unknown) => {
      throw SurgicamError.invalidField('--video', video, 'a file that can be read', { cause });
    });
  }
  const config = await configOf(command, 'engine', BENCH_DEFAULTS);
  const provider = config.inference.providers[0] ?? 'cpu';
  const step = (text: string): void => void process.stderr.write(`... ${text}\n`);
  await withTemporaryFolder(async (folder) => {
    step('making the model and the clip');
    const pkg = await benchModel(flags.model, folder);
    const clip = await benchClip(video, folder);
    const engine = startEngine(config, createLogger(config.log.level));
    try {
      const report = await runBench({
        engine,
        pkg,
        clip,
        clipDescription: video === undefined ? CLIP_DESCRIPTION : basename(video),
        folder,
        seconds,
        slowSubscriberSeconds,
        provider,
        batch: batchLimit(config.inference.maxBatch, provider),
        serveFlags: engineFlags(config),
        onStep: step,
      });
      if (flags.json === true) console.log(JSON.stringify(report));
      else for (const line of reportLines(report)) console.log(line);
    } finally {
      await engine.close();
    }
  });
}
