import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { SurgicamError } from '../domain/errors.js';
import type { ModelDescription } from '../domain/model-description.js';
import { sha256OfFile } from './checksum.js';
import { GRAPH_FILE, MANIFEST_FILE } from './manifest-schema.js';
import { checkManifest, describeManifest, type Manifest } from './manifest.js';

/** A model on disk: a folder with `manifest.json` and `model.onnx`, checked against each other. */
export interface ModelPackage {
  readonly directory: string;
  readonly graphPath: string;
  readonly manifest: Manifest;
  readonly description: ModelDescription;
  /** Names that may be fetched from the graph. */
  readonly graphOutputs: readonly string[];
}

/**
 * Opens a package. Errors: not_found when there is none in the folder; invalid_argument when the manifest is bad
 * (naming the field) or the graph is not the one it was written for.
 */
export async function loadModelPackage(directory: string): Promise<ModelPackage> {
  const manifest = await readManifest(path.join(directory, MANIFEST_FILE), directory);
  const graphPath = path.join(directory, GRAPH_FILE);
  const sha256 = await sha256OfFile(graphPath).catch((error: unknown) => {
    throw missing(error, `model package '${directory}' has no ${GRAPH_FILE}`);
  });
  if (sha256 !== manifest.graph.sha256) {
    throw new SurgicamError(
      'invalid_argument',
      `${graphPath} is not the graph its manifest describes: its SHA-256 is ${sha256}, graph.sha256 is ` +
        `${manifest.graph.sha256}; import the model again`,
    );
  }
  const description = describeManifest(manifest);
  return { directory, graphPath, manifest, description, graphOutputs: manifest.graph.outputs };
}

async function readManifest(file: string, directory: string): Promise<Manifest> {
  const text = await readFile(file, 'utf8').catch((error: unknown) => {
    throw missing(error, `there is no model package in '${directory}': it has no ${MANIFEST_FILE}`);
  });
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw new SurgicamError('invalid_argument', `${file} is not JSON: ${SurgicamError.from(error).message}`, {
      cause: error,
    });
  }
  return checkManifest(file, value);
}

function missing(error: unknown, message: string): SurgicamError {
  const code = (error as NodeJS.ErrnoException).code;
  if (code === 'ENOENT' || code === 'ENOTDIR')
    return new SurgicamError('not_found', message, { cause: error });
  return new SurgicamError('failed_precondition', `${message} (${SurgicamError.from(error).message})`, {
    cause: error,
  });
}
