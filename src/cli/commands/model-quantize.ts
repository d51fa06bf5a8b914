import { Option, type Command } from 'commander';
import { writeAtomically } from '../../files/write-atomically.js';
import { InferenceEngine } from '../../inference/inference-engine.js';
import { loadModelPackage } from '../../models/model-package.js';
import { quantizeModel } from '../../models/quantize-model.js';
import { silentLogger } from '../../observability/logger.js';
import { RANGE_METHOD_KINDS, type RangeMethodKind } from '../../onnx/quantize/range-method.js';
import { wholeIn } from '../flag-parsers.js';
import { calibrationFrames } from '../quantize/calibration-frames.js';
import { hasAmx } from '../quantize/processor-features.js';
import { reportLines } from '../quantize/report-lines.js';
import { stepLines } from '../quantize/step-lines.js';
import { modelGroup } from './model-group.js';

interface QuantizeFlags {
  readonly calibration: readonly string[];
  readonly frames: number;
  readonly stride?: number;
  readonly out: string;
  readonly name?: string;
  readonly method: RangeMethodKind | 'auto';
  readonly maxFloatLayers: number;
  readonly amx: 'auto' | 'on' | 'off';
  readonly report?: string;
  readonly allowMiss?: boolean;
  readonly force?: boolean;
}

/** `surgicam model quantize <folder>`: an 8-bit package of a float one, checked against it. */
export function registerModelQuantize(program: Command): void {
  modelGroup(program)
    .command('quantize')
    .description('make an 8-bit package of a float32 one, and measure how near it stays on frames held out')
    .argument('<folder>', 'folder of the float32 package')
    .requiredOption(
      '--calibration <input...>',
      'videos, folders of pictures or phantom:// scenes like what the model will see',
    )
    .requiredOption('--out <folder>', 'folder of the 8-bit package')
    .option('--name <name>', "name of the 8-bit package (default: the float32 one's with -int8 behind it)")
    .option(
      '--frames <count>',
      'frames that are taken, spread over the inputs; a fifth is held out',
      wholeIn(5, 2048),
      256,
    )
    .option('--stride <count>', 'take every so manieth frame of videos and streams', wholeIn(1, 100_000))
    .addOption(
      new Option(
        '--method <method>',
        'how the ranges of activations are taken; auto: whichever stays nearest',
      )
        .choices(['auto', ...RANGE_METHOD_KINDS])
        .default('auto'),
    )
    .option(
      '--max-float-layers <count>',
      'most convolutions that may stay float32 where a bound is missed',
      wholeIn(0, 64),
      8,
    )
    .addOption(
      new Option('--amx <when>', 'write the weights for processors with AMX; auto: if this one has it')
        .choices(['auto', 'on', 'off'])
        .default('auto'),
    )
    .option('--report <file>', 'write all that was measured as JSON; measures each layer alone, too')
    .option('--allow-miss', 'write the package even if it is too far from the original')
    .option('--force', 'replace a package that is already in the folder')
    .action(quantize);
}

async function quantize(folder: string, flags: QuantizeFlags): Promise<void> {
  const {
    calibration,
    out,
    name,
    method,
    maxFloatLayers,
    report: file,
    allowMiss = false,
    force = false,
  } = flags;
  const source = await loadModelPackage(folder);
  const { inputWidth: width, inputHeight: height } = source.description;
  const onProgress = stepLines();
  const frames = await calibrationFrames({
    inputs: calibration,
    count: flags.frames,
    width,
    height,
    ...(flags.stride !== undefined && { stride: flags.stride }),
    onFrames: (done, total) => onProgress({ stage: 'frames', done, total }),
  });
  const engine = InferenceEngine.start({ workers: 1, providers: ['cpu'], logger: silentLogger() });
  try {
    const { report } = await quantizeModel({
      source,
      directory: out,
      frames,
      openGraph: engine.openGraph,
      method,
      maxFloatLayers,
      amx: flags.amx === 'auto' ? await hasAmx() : flags.amx === 'on',
      measureLayersAlone: file !== undefined,
      allowMiss,
      replace: force,
      ...(name !== undefined && { name }),
      onProgress,
      onReport: async (measured) => {
        if (file !== undefined) await writeAtomically(file, `${JSON.stringify(measured, null, 2)}\n`);
      },
    });
    console.log(`${source.manifest.name} written to ${out} in 8 bits, from ${frames.length} frames`);
    for (const line of reportLines(report)) console.log(line);
  } finally {
    await engine.close();
  }
}
