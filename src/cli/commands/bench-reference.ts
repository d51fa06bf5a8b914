import { Option, type Command } from 'commander';
import { mkdir, writeFile } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import { dirname } from 'node:path';
import { InferenceEngine } from '../../inference/inference-engine.js';
import { workerLayout } from '../../inference/worker-layout.js';
import { SurgicamError } from '../../domain/errors.js';
import { createLogger } from '../../observability/logger.js';
import { withTemporaryFolder } from '../bench/bench-materials.js';
import { referenceModel, referencePictures } from '../bench/reference/reference-materials.js';
import { referenceLines } from '../bench/reference/reference-report.js';
import { runReferenceBench } from '../bench/reference/run-reference-bench.js';
import { list, wholeIn } from '../flag-parsers.js';

interface BenchReferenceFlags {
  readonly checkpoint?: string;
  readonly model?: string;
  readonly pictures?: string;
  readonly frames: number;
  readonly extract: number;
  readonly rounds: number;
  readonly threads: number;
  readonly present: readonly number[];
  readonly features: 'sl-fe' | 'l-fe';
  readonly backward: 'network' | 'activation';
  readonly python: string;
  readonly out?: string;
  readonly json?: boolean;
}

/** `surgicam bench reference`: against the same work done in PyTorch, in turns on one machine. */
export function registerBenchReference(bench: Command): void {
  bench
    .command('reference')
    .description("measure the service's engine against the reference's per-frame work in PyTorch, in turns")
    .option('--checkpoint <file>', 'ResNet-50 checkpoint (default: one with random weights)')
    .option('--model <folder>', 'its model package (default: the checkpoint is imported)')
    .option('--pictures <folder>', 'PNG or JPEG frames (default: a synthetic scene, 1280 x 1024)')
    .option('--frames <n>', 'pictures in a turn', wholeIn(1, 100_000), 12)
    .option('--extract <n>', 'also `surgicam extract`, on so many pictures a turn', wholeIn(0, 100_000), 0)
    .option('--rounds <n>', 'turns of either side', wholeIn(1, 1000), 3)
    .addOption(
      new Option('--threads <n>', 'of either side')
        .argParser(wholeIn(1, 1024))
        .default(Math.min(2, availableParallelism())),
    )
    .option('--present <list>', 'numbers of classes that count as present', counts, [1, 3, 5])
    .addOption(new Option('--features <variant>', 'of regions').choices(['sl-fe', 'l-fe']).default('sl-fe'))
    .addOption(
      new Option('--backward <end>', "the script's backward pass: the whole network's, or to layer4 alone")
        .choices(['network', 'activation'])
        .default('network'),
    )
    .option('--python <file>', 'interpreter with torch, torchvision, OpenCV, Pillow', '/usr/bin/python3')
    .option('--out <file>', 'also everything measured, as JSON')
    .option('--json', 'everything measured, as one JSON object instead of the table')
    // `surgicam bench` has --model and --json too, and takes them before this command sees them.
    .action((_flags, command: Command) => benchReference(command.optsWithGlobals()));
}

async function benchReference(flags: BenchReferenceFlags): Promise<void> {
  const { frames, extract, rounds, threads, python, backward, present } = flags;
  const step = (text: string): void => void process.stderr.write(`... ${text}\n`);
  await withTemporaryFolder(async (folder) => {
    step('making weights and pictures');
    const model = await referenceModel({ ...flags, folder });
    const most = model.pkg.description.classes.length;
    for (const count of present) {
      if (count > most)
        throw SurgicamError.invalidField('--present', count, `1 to ${most}, the model's classes`);
    }
    const pictures = await referencePictures(flags.pictures, Math.max(frames, extract), folder);
    const engine = InferenceEngine.start({
      ...workerLayout({}, threads),
      providers: ['cpu'],
      strict: true,
      logger: createLogger('warn'),
    });
    try {
      const report = await runReferenceBench({
        engine,
        model,
        pictures,
        frames,
        extractFrames: Math.min(extract, pictures.files.length),
        python,
        threads,
        present,
        rounds,
        features: { variant: flags.features === 'sl-fe' ? 'sl_fe' : 'l_fe', pool: [512, 1, 1] },
        backward,
        folder,
        onStep: step,
      });
      if (flags.json === true) console.log(JSON.stringify(report));
      else for (const line of referenceLines(report)) console.log(line);
      if (flags.out !== undefined) {
        await mkdir(dirname(flags.out), { recursive: true });
        await writeFile(flags.out, `${JSON.stringify(report, null, 2)}\n`);
      }
    } finally {
      await engine.close();
    }
  });
}

function counts(text: string): readonly number[] {
  return list(text).map(wholeIn(1, 10_000));
}
