import path from 'node:path';
import { SurgicamError } from '../domain/errors.js';
import { importCheckpoint } from '../onnx/import-checkpoint.js';
import { sha256OfFile } from './checksum.js';
import { checkManifestFacts } from './manifest.js';
import type { ModelPackage } from './model-package.js';
import { checkTarget, writeModelPackage } from './write-model-package.js';

type Rgb = readonly [number, number, number];

/** The EndoVis18 frames' statistics, which all of the reference's classifiers GC-A to GC-D were trained with. */
export const DEFAULT_MEAN: Rgb = [0.4084945, 0.25513682, 0.25353566];
export const DEFAULT_STD: Rgb = [0.22662906, 0.20201652, 0.1962526];

/** The class that is taken for the interacting tissue when none is named and a class has this name. */
const TISSUE = 'tissue';

export interface ImportModelOptions {
  /** PyTorch zip checkpoint. */
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
  /** Pixels. If absent, 320 x 256. */
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
}

/** Makes a model package of a checkpoint. Errors: those of importCheckpoint and writeModelPackage. */
export async function importModel(options: ImportModelOptions): Promise<ModelPackage> {
  const { checkpoint, directory, classes, inputWidth = 320, inputHeight = 256 } = options;
  const { mean = DEFAULT_MEAN, std = DEFAULT_STD } = options;
  if ((options.mean === undefined) !== (options.std === undefined)) {
    throw SurgicamError.invalidField(
      options.mean === undefined ? 'mean' : 'std',
      undefined,
      'mean and std together, or neither',
    );
  }
  const tissueClass = options.tissueClass ?? classes.find((name) => name === TISSUE);
  // Checked before the long part: a bad target or name must not cost a minute.
  await checkTarget(path.resolve(directory), options.replace ?? false);
  const facts = checkManifestFacts('model import', {
    name: options.name,
    version: options.version ?? '1.0.0',
    classes,
    ...(tissueClass === undefined ? {} : { tissueClass }),
    input: { width: inputWidth, height: inputHeight, mean, std },
    thresholds: { class: options.classThreshold ?? 0.5, roi: options.roiThreshold ?? 0.3 },
    provenance: {
      sourceFile: path.basename(checkpoint),
      sourceSha256: await checkpointChecksum(checkpoint),
      importer: options.importer,
      ...(options.importedAt === undefined ? {} : { importedAt: options.importedAt.toISOString() }),
    },
    license: options.license ?? 'NOASSERTION',
  });
  const graph = await importCheckpoint(checkpoint, { classes, inputWidth, inputHeight, mean, std });
  return writeModelPackage(directory, facts, graph, { replace: options.replace ?? false });
}

async function checkpointChecksum(file: string): Promise<string> {
  try {
    return await sha256OfFile(file);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT')
      throw SurgicamError.notFound('checkpoint file', file);
    throw SurgicamError.invalidField('checkpoint', file, 'a file that can be read', { cause: error });
  }
}
