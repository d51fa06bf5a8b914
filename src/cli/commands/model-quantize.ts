import type { Command } from 'commander';
import { lastValueFrom, map, take, toArray } from 'rxjs';
import { InferenceEngine } from '../../inference/inference-engine.js';
import { loadModelPackage, type ModelPackage } from '../../models/model-package.js';
import { quantizeModel } from '../../models/quantize-model.js';
import { silentLogger } from '../../observability/logger.js';
import { readInputs } from '../analyze/analysis-input.js';
import { openInputs } from '../analyze/open-inputs.js';
import { wholeIn } from '../flag-parsers.js';
import { modelGroup } from './model-group.js';

interface QuantizeFlags {
  readonly calibration: string;
  readonly frames: number;
  readonly out: string;
  readonly allowMiss?: boolean;
  readonly force?: boolean;
}

/** `surgicam model quantize <folder>`: an 8-bit package of a float one, checked against it. */
export function registerModelQuantize(program: Command): void {
  modelGroup(program)
    .command('quantize')
    .description('make an 8-bit package of a float32 one, and measure how near it stays on frames held out')
    .argument('<folder>', 'folder of the float32 package')
    .requiredOption('--calibration <input>', 'video or phantom:// scene like what the model will see')
    .requiredOption('--out <folder>', 'folder of the 8-bit package')
    .option('--frames <count>', 'first frames that are taken; every fifth is held out', wholeIn(5, 4096), 256)
    .option('--allow-miss', 'write the package even if it is too far from the original')
    .option('--force', 'replace a package that is already in the folder')
    .action(
      async (
        folder: string,
        { calibration, frames, out, allowMiss = false, force = false }: QuantizeFlags,
      ) => {
        const source = await loadModelPackage(folder);
        const pixels = await firstFrames(source, calibration, frames);
        const engine = InferenceEngine.start({ workers: 1, providers: ['cpu'], logger: silentLogger() });
        try {
          const options = { source, directory: out, frames: pixels, allowMiss, replace: force };
          const { fidelity, missed } = await quantizeModel({ ...options, runGraph: engine.runGraph });
          console.log(`${source.manifest.name} written to ${out} in 8 bits, from ${pixels.length} frames`);
          for (const [name, value] of Object.entries(fidelity) as [string, number][])
            console.log(`  ${name.padEnd(24)}${value.toFixed(4)}`);
          for (const line of missed) console.log(`  MISSED: ${line}`);
        } finally {
          await engine.close();
        }
      },
    );
}

async function firstFrames(
  { description }: ModelPackage,
  input: string,
  count: number,
): Promise<Uint8Array[]> {
  const frames = openInputs(await readInputs([input]), {
    width: description.inputWidth,
    height: description.inputHeight,
    ownSpeed: false,
    hardwareAcceleration: 'none',
    gate: { isOpen: () => true, onOpen: () => () => undefined },
    logger: silentLogger(),
  });
  return lastValueFrom(
    frames.pipe(
      take(count),
      map(({ pixels }) => pixels),
      toArray(),
    ),
  );
}
