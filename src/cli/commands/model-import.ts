import type { Command } from 'commander';
import { SurgicamError } from '../../domain/errors.js';
import { DEFAULT_MEAN, DEFAULT_STD, importModel } from '../../models/import-model.js';
import type { ModelPackage } from '../../models/model-package.js';
import { programVersion } from '../program.js';
import { modelGroup } from './model-group.js';

interface ImportFlags {
  readonly classes: string;
  readonly name: string;
  readonly out: string;
  readonly mean?: string;
  readonly std?: string;
  readonly inputSize: string;
  readonly tissueClass?: string;
  readonly modelVersion?: string;
  readonly license?: string;
  readonly classThreshold?: string;
  readonly roiThreshold?: string;
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
    .requiredOption('--classes <a,b,c>', 'class names in the order of the logits')
    .requiredOption('--name <name>', 'name of the model')
    .requiredOption('--out <folder>', 'folder of the package')
    .option('--mean <r,g,b>', `mean of the training pictures in [0, 1] (default: ${DEFAULT_MEAN.join(',')})`)
    .option('--std <r,g,b>', `their standard deviation (default: ${DEFAULT_STD.join(',')})`)
    .option('--input-size <WIDTHxHEIGHT>', 'size of the frames the model sees, in pixels', '320x256')
    .option(
      '--tissue-class <name>',
      "the class of the interacting tissue (default: 'tissue' when there is one)",
    )
    .option('--model-version <version>', 'version of the model (default: 1.0.0)')
    .option('--license <spdx>', 'licence of the weights (default: NOASSERTION)')
    .option('--class-threshold <t>', 'default presence threshold, 0 to 1 (default: 0.5)')
    .option('--roi-threshold <t>', 'default heatmap threshold, 0 to 1 (default: 0.3)')
    .option('--force', 'replace a package that is already in the folder')
    .action(async (checkpoint: string, flags: ImportFlags) => {
      const size = parseSize(flags.inputSize);
      const written = await importModel({
        checkpoint,
        directory: flags.out,
        name: flags.name,
        classes: flags.classes.split(',').map((name) => name.trim()),
        importer: `surgicam ${programVersion()}`,
        importedAt: new Date(),
        inputWidth: size.width,
        inputHeight: size.height,
        replace: flags.force ?? false,
        ...given('mean', flags.mean, (text) => parseRgb('--mean', text)),
        ...given('std', flags.std, (text) => parseRgb('--std', text)),
        ...given('tissueClass', flags.tissueClass, (text) => text),
        ...given('version', flags.modelVersion, (text) => text),
        ...given('license', flags.license, (text) => text),
        ...given('classThreshold', flags.classThreshold, (text) => parseNumber('--class-threshold', text)),
        ...given('roiThreshold', flags.roiThreshold, (text) => parseNumber('--roi-threshold', text)),
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

/** `{ [key]: parsed }`, or nothing for a flag that was not given. */
function given<K extends string, T>(
  key: K,
  text: string | undefined,
  parse: (text: string) => T,
): Partial<Record<K, T>> {
  return text === undefined ? {} : ({ [key]: parse(text) } as Partial<Record<K, T>>);
}

function parseNumber(flag: string, text: string): number {
  const value = Number(text);
  if (text.trim() === '' || !Number.isFinite(value)) throw SurgicamError.invalidField(flag, text, 'a number');
  return value;
}

function parseRgb(flag: string, text: string): [number, number, number] {
  const parts = text.split(',').map((part) => parseNumber(flag, part));
  if (parts.length !== 3) throw SurgicamError.invalidField(flag, text, 'three numbers: red,green,blue');
  return parts as [number, number, number];
}

function parseSize(text: string): { readonly width: number; readonly height: number } {
  const match = /^(\d+)x(\d+)$/.exec(text);
  if (match === null) {
    throw SurgicamError.invalidField('--input-size', text, 'width x height in pixels, for example 320x256');
  }
  return { width: Number(match[1]), height: Number(match[2]) };
}
