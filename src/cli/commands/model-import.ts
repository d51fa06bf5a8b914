import { InvalidArgumentError, Option, type Command } from 'commander';
import type { HeadKind, ProbabilityFunction } from '../../domain/model-description.js';
import { InferenceEngine } from '../../inference/inference-engine.js';
import { DEFAULT_MEAN, DEFAULT_STD, importModel } from '../../models/import-model.js';
import type { ModelPackage } from '../../models/model-package.js';
import { silentLogger } from '../../observability/logger.js';
import type { RunGraph } from '../../onnx/foreign/run-graph.js';
import { list, numberIn, threshold } from '../flag-parsers.js';
import { programVersion } from '../program.js';
import { modelGroup } from './model-group.js';

interface ImportFlags {
  readonly classes: readonly string[];
  readonly name: string;
  readonly out: string;
  readonly mean?: readonly [number, number, number];
  readonly std?: readonly [number, number, number];
  readonly inputSize?: { readonly inputWidth: number; readonly inputHeight: number };
  readonly activation?: ProbabilityFunction;
  readonly targetLayer?: string;
  readonly tissueClass?: string;
  readonly modelVersion?: string;
  readonly license?: string;
  readonly classThreshold?: number;
  readonly roiThreshold?: number;
  readonly force?: boolean;
}

/** `surgicam model import <file>`: a PyTorch checkpoint or an ONNX file becomes a model package, without Python. */
export function registerModelImport(program: Command): void {
  modelGroup(program)
    .command('import')
    .description(
      'make a model package of an ONNX image classifier or of a PyTorch checkpoint (ResNet-18/34/50/101/152; nothing ' +
        'in it is executed)',
    )
    .argument('<file>', 'file written by torch.onnx.export or torch.save (torch 1.6 or newer)')
    .requiredOption('--classes <a,b,c>', 'class names in the order of the logits', list)
    .requiredOption('--name <name>', 'name of the model')
    .requiredOption('--out <folder>', 'folder of the package')
    .option('--mean <r,g,b>', `mean of the training pictures (default: ${DEFAULT_MEAN.join(',')})`, rgb)
    .option('--std <r,g,b>', `their standard deviation (default: ${DEFAULT_STD.join(',')})`, rgb)
    .addOption(
      new Option('--input-size <WIDTHxHEIGHT>', 'size of the frames that the model sees, in pixels')
        .argParser(inputSize)
        .default(undefined, "an ONNX file's own, a checkpoint's 320x256"),
    )
    .option(
      '--target-layer <name>',
      'ONNX: tensor or node to explain (default: the last map before the head)',
    )
    .addOption(
      new Option('--activation <function>', 'how probabilities are made of logits')
        .choices(['sigmoid', 'softmax'])
        .default(undefined, 'what an ONNX file ends in, else sigmoid'),
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
    .action(async (file: string, flags: ImportFlags) => {
      const { inputSize: size, out, modelVersion, force, activation, ...rest } = flags;
      const runner = lazyRunner();
      try {
        const written = await importModel({
          ...rest,
          ...size,
          checkpoint: file,
          directory: out,
          importer: `surgicam ${programVersion()}`,
          importedAt: new Date(),
          replace: force ?? false,
          ...(modelVersion === undefined ? {} : { version: modelVersion }),
          ...(activation === undefined ? {} : { probabilityFunction: activation }),
          runGraph: runner.runGraph,
        });
        for (const line of summary(written)) console.log(line);
      } finally {
        await runner.close();
      }
    });
}

/** An engine that is started when a graph is run for the first time: checkpoints need none. */
function lazyRunner(): { readonly runGraph: RunGraph; close(): Promise<void> } {
  let engine: InferenceEngine | undefined;
  return {
    runGraph: (...run) => {
      engine ??= InferenceEngine.start({ workers: 1, providers: ['cpu'], logger: silentLogger() });
      return engine.runGraph(...run);
    },
    close: async () => engine?.close(),
  };
}

/** What was made, for a person to check against what they meant. */
function summary({ directory, manifest }: ModelPackage): string[] {
  const { name, version, architecture, classes, tissueClass, input, graph, license } = manifest;
  const maps = manifest.featureMaps.map(
    (map) => `${map.name} ${map.channels} x ${map.height} x ${map.width}`,
  );
  return [
    `${name} ${version} written to ${directory}`,
    `  network   ${architecture}, frames of ${input.width} x ${input.height} pixels`,
    `  classes   ${classes.map((label, index) => `${index} ${label}`).join(', ')}`,
    `  tissue    ${tissueClass ?? 'no class'}`,
    `  mean      ${input.mean.join(', ')}`,
    `  std       ${input.std.join(', ')}`,
    ...maps.map((map, index) => `  ${index === 0 ? 'maps' : '    '}      ${map}`),
    `  explains  ${manifest.featureMaps.at(-1)!.name}`,
    `  head      ${HEADS[manifest.head]}`,
    `  scores    ${manifest.probabilityFunction} of the logits`,
    `  outputs   ${graph.outputs.join(', ')}`,
    `  licence   ${license}`,
    `  sha256    ${graph.sha256}`,
  ];
}

const HEADS: Readonly<Record<HeadKind, string>> = {
  gap_linear: 'global average pooling and linear: Grad-CAM costs one 1 x 1 convolution',
  general: 'of another kind: Grad-CAM computes its gradients in the graph',
};

const channel = numberIn(0, 1);

function rgb(text: string): [number, number, number] {
  const parts = list(text);
  if (parts.length !== 3) throw new InvalidArgumentError('Allowed: three numbers: red,green,blue.');
  return parts.map(channel) as [number, number, number];
}

function inputSize(text: string): NonNullable<ImportFlags['inputSize']> {
  const match = /^(\d+)x(\d+)$/.exec(text);
  if (match === null) {
    throw new InvalidArgumentError('Allowed: width x height in pixels, for example 320x256.');
  }
  return { inputWidth: Number(match[1]), inputHeight: Number(match[2]) };
}
