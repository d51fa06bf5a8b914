import type { Command } from 'commander';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { lastValueFrom, map, take, toArray } from 'rxjs';
import { SurgicamError } from '../../domain/errors.js';
import { InferenceEngine } from '../../inference/inference-engine.js';
import { convertModel, type ConvertedModel } from '../../models/convert-model.js';
import { loadModelPackage, type ModelPackage } from '../../models/model-package.js';
import { silentLogger } from '../../observability/logger.js';
import { readInputs } from '../analyze/analysis-input.js';
import { openInputs } from '../analyze/open-inputs.js';
import { wholeIn } from '../flag-parsers.js';
import { modelGroup } from './model-group.js';

interface ConvertFlags {
  readonly framesFrom?: string;
  readonly frames: number;
  readonly out: string;
  readonly allowMiss?: boolean;
  readonly force?: boolean;
}

/** `surgicam model convert <folder> --fp16`: a package in half precision, for graphics cards. */
export function registerModelConvert(program: Command): void {
  modelGroup(program)
    .command('convert')
    .description('make a package in half precision of a float32 one, for graphics cards')
    .argument('<folder>', 'folder of the float32 package')
    .requiredOption('--out <folder>', 'folder of the new package')
    .requiredOption(
      '--fp16',
      'the backbone computes in half precision; head, Grad-CAM and features in float32',
    )
    .option('--frames-from <input>', 'video, folder of pictures or phantom:// scene to measure with')
    .option('--frames <count>', 'first frames of it that are taken', wholeIn(1, 4096), 64)
    .option('--allow-miss', 'write the package even if it is too far from the original')
    .option('--force', 'replace a package that is already in the folder')
    .action(convert);
}

async function convert(folder: string, flags: ConvertFlags): Promise<void> {
  const { framesFrom, frames: count, out, allowMiss = false, force = false } = flags;
  const source = await loadModelPackage(folder);
  const frames = framesFrom === undefined ? [] : await firstFrames(source, framesFrom, count);
  const engine = InferenceEngine.start({ workers: 1, providers: ['cpu'], logger: silentLogger() });
  try {
    const { runGraph } = engine;
    const options = { source, directory: out, frames, runGraph, allowMiss, replace: force };
    const converted = await convertModel(options);
    console.log(`${source.manifest.name} written to ${out} in half precision`);
    for (const line of conversionLines(converted, frames.length)) console.log(line);
  } finally {
    await engine.close();
  }
}

const MOST_SHOWN = 12;

function conversionLines(converted: ConvertedModel, frames: number): string[] {
  const { halfNodes, kept, vanished, fidelity, missed } = converted;
  const rest = kept.length - MOST_SHOWN;
  return [
    `  ${halfNodes} nodes of the backbone in float16, ${kept.length} in float32; ${vanished} weights became 0`,
    ...kept
      .slice(0, MOST_SHOWN)
      .map(({ node, operator, reason }) => `  float32: ${operator} ${node}: ${reason}`),
    ...(rest > 0 ? [`  and ${rest} more`] : []),
    fidelity === undefined
      ? '  not compared with the original: give --frames-from'
      : `  compared with the original on ${frames} frames, on the processor:`,
    ...Object.entries(fidelity ?? {}).map(
      ([name, value]) => `  ${name.padEnd(24)}${Number(value).toFixed(6)}`,
    ),
    ...missed.map((line) => `  MISSED: ${line}`),
  ];
}

async function firstFrames(
  { description }: ModelPackage,
  input: string,
  count: number,
): Promise<Uint8Array[]> {
  const inputs = await readInputs(await filesOf(input));
  const frames = openInputs(inputs, {
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

/** A folder's pictures by name; anything else as it is. */
async function filesOf(input: string): Promise<string[]> {
  const names = await readdir(input).catch(() => undefined); // no folder: a file or a stream
  if (names === undefined) return [input];
  const pictures = names.filter((name) => /\.(png|jpe?g)$/i.test(name)).sort();
  if (pictures.length === 0) {
    throw SurgicamError.invalidField('--frames-from', input, 'a folder with .png or .jpg files');
  }
  return pictures.map((name) => join(input, name));
}
