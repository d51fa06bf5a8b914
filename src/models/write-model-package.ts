import { randomUUID } from 'node:crypto';
import { mkdir, readdir, rename, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { SurgicamError } from '../domain/errors.js';
import type { ModelGraph } from '../onnx/resnet-graph.js';
import { sha256OfBytes } from './checksum.js';
import { GRAPH_FILE, MANIFEST_FILE } from './manifest-schema.js';
import { checkManifest, type ManifestFacts } from './manifest.js';
import { loadModelPackage, type ModelPackage } from './model-package.js';

export interface WriteOptions {
  /** Replace a package that is already in the folder. If absent, false. */
  readonly replace?: boolean;
}

/**
 * Writes a package. The folder appears complete or not at all. Errors: invalid_argument for a bad manifest field,
 * already_exists when the folder holds a package and `replace` is not set, or holds anything else.
 */
export async function writeModelPackage(
  directory: string,
  facts: ManifestFacts,
  graph: ModelGraph,
  options: WriteOptions = {},
): Promise<ModelPackage> {
  const {
    name,
    version,
    classes,
    tissueClass,
    input,
    thresholds,
    provenance,
    license,
    precision,
    quantization,
    conversion,
  } = facts;
  const manifest = checkManifest('manifest', {
    schemaVersion: 1,
    name,
    version,
    architecture: graph.architecture,
    classes,
    tissueClass,
    input,
    thresholds,
    probabilityFunction: graph.probabilityFunction,
    head: graph.head,
    featureMaps: graph.featureMaps,
    graph: {
      file: GRAPH_FILE,
      sha256: sha256OfBytes(graph.bytes),
      inputs: graph.inputs,
      outputs: graph.outputs,
    },
    provenance,
    precision,
    quantization,
    conversion,
    license,
  });
  const target = path.resolve(directory);
  await checkTarget(target, options.replace ?? false);
  await mkdir(path.dirname(target), { recursive: true });
  const draft = `${target}.draft-${randomUUID()}`;
  await mkdir(draft);
  try {
    await writeFile(path.join(draft, GRAPH_FILE), graph.bytes);
    await writeFile(path.join(draft, MANIFEST_FILE), `${JSON.stringify(manifest, null, 2)}\n`);
    await rm(target, { recursive: true, force: true });
    await rename(draft, target);
  } finally {
    await rm(draft, { recursive: true, force: true });
  }
  return loadModelPackage(directory);
}

/** Only a package is ever replaced: a folder with other files in it is somebody's work. */
export async function checkTarget(directory: string, replace: boolean): Promise<void> {
  const files = await readdir(directory).catch((error: unknown) => {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw SurgicamError.invalidField('out', directory, 'a folder', { cause: error });
  });
  const others = files.filter((file) => file !== GRAPH_FILE && file !== MANIFEST_FILE);
  if (files.length === 0 || (replace && others.length === 0)) return;
  throw new SurgicamError(
    'already_exists',
    others.length > 0
      ? `${directory} holds other files (${others.slice(0, 3).join(', ')}); choose an empty or new folder`
      : `${directory} already holds a model package; choose another folder or allow replacing it`,
  );
}
