import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { SurgicamError } from '../domain/errors.js';
import type { ProbabilityFunction } from '../domain/model-description.js';
import { openForeignNetwork } from '../onnx/foreign/foreign-network.js';
import { importForeign, pictureSize } from '../onnx/foreign/import-foreign.js';
import type { PictureSize } from '../onnx/foreign/prepare-network.js';
import type { RunGraph } from '../onnx/foreign/run-graph.js';
import { importCheckpoint, type CheckpointImport } from '../onnx/import-checkpoint.js';
import type { ModelGraph } from '../onnx/resnet-graph.js';
import { sha256OfFile } from './checksum.js';
import { importSourceOf } from './import-source.js';
import { weightsBeside } from './weights-beside.js';
import { checkManifestFacts, type ManifestFacts } from './manifest.js';
import type { ModelPackage } from './model-package.js';
import { checkTarget, writeModelPackage } from './write-model-package.js';

type Rgb = readonly [number, number, number];

/** The EndoVis18 frames' statistics, which all of the reference's classifiers GC-A to GC-D were trained with. */
export const DEFAULT_MEAN: Rgb = [0.4084945, 0.25513682, 0.25353566];
export const DEFAULT_STD: Rgb = [0.22662906, 0.20201652, 0.1962526];

/** The class that is taken for the interacting tissue when none is named and a class has this name. */
const TISSUE = 'tissue';

export interface ImportModelOptions {
  /** PyTorch zip checkpoint or ONNX file. */
  readonly checkpoint: string;
  /** Folder of the package to be; see writeModelPackage. */
  readonly directory: string;
  readonly name: string;
  /** In the order of the logits. */
  readonly classes: readonly string[];
  /** Program and version doing the import, for example `surgicam 0.1.0`. */
  readonly importer: string;
  /** If absent, 1.0.0. */
  readonly version?: string;
  /** Pixels. If absent, an ONNX file's own size, or 320 x 256 for a checkpoint. */
  readonly inputWidth?: number;
  readonly inputHeight?: number;
  /** Per channel, RGB in [0, 1]. If absent, those of EndoVis18. */
  readonly mean?: Rgb;
  readonly std?: Rgb;
  /** If absent, the class named `tissue` when there is one. */
  readonly tissueClass?: string;
  /** If absent, 0.5 and 0.3. */
  readonly classThreshold?: number;
  readonly roiThreshold?: number;
  /** SPDX expression. If absent, NOASSERTION. */
  readonly license?: string;
  /** If absent, the package does not say when it was made. */
  readonly importedAt?: Date;
  readonly replace?: boolean;
  /** Of an ONNX file: see ForeignImport. */
  readonly targetLayer?: string;
  /** How probabilities are made of logits. If absent, what an ONNX file ends in, else sigmoid. */
  readonly probabilityFunction?: ProbabilityFunction;
  /** Runs graphs: needed for ONNX files only. */
  readonly runGraph?: RunGraph;
}

/**
 * Makes a model package of a PyTorch checkpoint or an ONNX file; its content tells which. Errors: those of
 * importCheckpoint, openForeignNetwork, importForeign and writeModelPackage.
 */
export async function importModel(options: ImportModelOptions): Promise<ModelPackage> {
  const { checkpoint, directory, replace = false } = options;
  if ((options.mean === undefined) !== (options.std === undefined)) {
    throw SurgicamError.invalidField(
      options.mean === undefined ? 'mean' : 'std',
      undefined,
      'mean and std together, or neither',
    );
  }
  // Checked before the long part: a bad target or name must not cost a minute.
  await checkTarget(path.resolve(directory), replace);
  const weights = await openWeights(checkpoint, options);
  const facts = await factsOf(options, weights.size);
  return writeModelPackage(directory, facts, await weights.graph(facts), { replace });
}

/** A file of weights that was looked at, its graph not yet made. */
interface OpenWeights {
  readonly size: PictureSize;
  graph(facts: ManifestFacts): Promise<ModelGraph>;
}

async function openWeights(file: string, options: ImportModelOptions): Promise<OpenWeights> {
  const { inputWidth, inputHeight, targetLayer, probabilityFunction, runGraph } = options;
  if ((await importSourceOf(file)) === 'onnx') {
    const network = await openForeignNetwork(await readFile(file), weightsBeside(file));
    const graph = (facts: ManifestFacts): Promise<ModelGraph> => {
      if (runGraph === undefined)
        throw new SurgicamError('internal', 'an ONNX file cannot be imported without a runner');
      const wishes = {
        ...given('targetLayer', targetLayer),
        ...given('probabilityFunction', probabilityFunction),
      };
      return importForeign(network, { ...graphInput(facts), ...wishes, runGraph });
    };
    return { size: pictureSize(network, { width: inputWidth, height: inputHeight }), graph };
  }
  if (targetLayer !== undefined) {
    throw SurgicamError.invalidField(
      'target layer',
      targetLayer,
      'absent for a checkpoint: a ResNet has layer4',
    );
  }
  return {
    size: { width: inputWidth ?? 320, height: inputHeight ?? 256 },
    graph: async (facts) => ({
      ...(await importCheckpoint(file, graphInput(facts))),
      ...given('probabilityFunction', probabilityFunction),
    }),
  };
}

function graphInput({ classes, input }: ManifestFacts): CheckpointImport {
  const { width, height, mean, std } = input;
  return { classes, inputWidth: width, inputHeight: height, mean, std };
}

async function factsOf(options: ImportModelOptions, size: PictureSize): Promise<ManifestFacts> {
  const { checkpoint, classes, mean = DEFAULT_MEAN, std = DEFAULT_STD, importedAt } = options;
  return checkManifestFacts('model import', {
    name: options.name,
    version: options.version ?? '1.0.0',
    classes,
    ...given('tissueClass', options.tissueClass ?? classes.find((name) => name === TISSUE)),
    input: { ...size, mean, std },
    thresholds: { class: options.classThreshold ?? 0.5, roi: options.roiThreshold ?? 0.3 },
    provenance: {
      sourceFile: path.basename(checkpoint),
      sourceSha256: await sha256OfFile(checkpoint),
      importer: options.importer,
      ...given('importedAt', importedAt?.toISOString()),
    },
    license: options.license ?? 'NOASSERTION',
  });
}

/** A field where there is a value for it, nothing where there is none. */
function given<K extends string, V>(key: K, value: V | undefined): Partial<Record<K, V>> {
  return value === undefined ? {} : ({ [key]: value } as Partial<Record<K, V>>);
}
