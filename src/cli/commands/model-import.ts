import { InvalidArgumentError, Option, type Command } from 'commander';
import { DEFAULT_MEAN, DEFAULT_STD, importModel } from '../../models/import-model.js';
import type { ModelPackage } from '../../models/model-package.js';
import { list, numberIn, threshold } from '../flag-parsers.js';
import { programVersion } from '../program.js';
import { modelGroup } from './model-group.js';

interface ImportFlags {
  readonly classes: readonly string[];
  readonly name: string;
  readonly out: string;
  readonly mean?: readonly [number, number, number];
  readonly std?: readonly [number, number, number];
  readonly inputSize: { readonly inputWidth: number; readonly inputHeight: number };
  readonly tissueClass?: string;
  readonly modelVersion?: string;
  readonly license?: string;
  readonly classThreshold?: number;
  readonly roiThreshold?: number;
  readonly force?: boolean;
}

/** `surgicam model import <checkpoint>`: a PyTorch checkpoint becomes a model package, without Python. */
export function registerModelImport(program: Command): void {
  modelGroup(program)
    .command('import')
    .description(
      'make a model package of a PyTorch checkpoint (ResNet-18/34/50/101/152); nothing in it is executed',
    )
    .argument('<checkpoint>', 'file written by torch.save (torch 1.6 or newer)')
    .requiredOption('--classes <a,b,c>', 'class names in the order of the logits', list)
    .requiredOption('--name <name>', 'name of the model')
    .requiredOption('--out <folder>', 'folder of the package')
    .option('--mean <r,g,b>', `mean of the training pictures (default: ${DEFAULT_MEAN.join(',')})`, rgb)
    .option('--std <r,g,b>', `their standard deviation (default: ${DEFAULT_STD.join(',')})`, rgb)
    .addOption(
      new Option('--input-size <WIDTHxHEIGHT>', 'size of the frames that the model sees, in pixels')
        .argParser(inputSize)
        .default({ inputWidth: 320, inputHeight: 256 }, '320x256'),
    )
    .option(
      '--tissue-class <name>',
      "the class of the interacting tissue (default: 'tissue' when there is one)",
    )
    .option('--model-version <version>', 'version of the model (default: 1.0.0)')
    .option('--license <spdx>', 'licence of the weights (default: NOASSERTION)')
    .option('--class-threshold <t>', 'presence threshold where none is asked for (default: 0.5)', threshold)
    .option('--roi-threshold <t>', 'heatmap threshold where none is asked for (default: 0.3)', threshold)
    .option('--force', 'replace a package that is already in the folder')
    .action(async (checkpoint: string, flags: ImportFlags) => {
      const { inputSize: size, out, modelVersion, force, ...rest } = flags;
      const written = await importModel({
        ...rest,
        ...size,
        checkpoint,
        directory: out,
        importer: `surgicam ${programVersion()}`,
        importedAt: new Date(),
        replace: force ?? false,
        ...(modelVersion === undefined ? {} : { version: modelVersion }),
      });
      for (const line of summary(written)) console.log(line);
    });
}

/** What was made, for a person to check against what they meant. */
function summary({ directory, manifest }: ModelPackage): string[] {
  const { name, version, architecture, classes, tissueClass, input, graph, license } = manifest;
  return [
    `${name} ${version} written to ${directory}`,
    `  network   ${architecture}, frames of ${input.width} x ${input.height} pixels`,
    `  classes   ${classes.map((label, index) => `${index} ${label}`).join(', ')}`,
    `  tissue    ${tissueClass ?? 'no class'}`,
    `  mean      ${input.mean.join(', ')}`,
    `  std       ${input.std.join(', ')}`,
    `  outputs   ${graph.outputs.join(', ')}`,
    `  licence   ${license}`,
    `  sha256    ${graph.sha256}`,
  ];
}

const channel = numberIn(0, 1);

function rgb(text: string): [number, number, number] {
  const parts = list(text);
  if (parts.length !== 3) throw new InvalidArgumentError('Allowed: three numbers: red,green,blue.');
  return parts.map(channel) as [number, number, number];
}

function inputSize(text: string): ImportFlags['inputSize'] {
  const match = /^(\d+)x(\d+)$/.exec(text);
  if (match === null) {
    throw new InvalidArgumentError('Allowed: width x height in pixels, for example 320x256.');
  }
  return { inputWidth: Number(match[1]), inputHeight: Number(match[2]) };
}
