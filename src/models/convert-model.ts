import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { SurgicamError } from '../domain/errors.js';
import type { RunGraph } from '../onnx/foreign/run-graph.js';
import { convertToHalf } from '../onnx/half/convert-to-half.js';
import { measurePeaks } from '../onnx/half/measure-peaks.js';
import type { KeptNode } from '../onnx/half/plan-half.js';
import { measureHalf } from './half-fidelity.js';
import type { ModelPackage } from './model-package.js';
import { missedBounds, type Fidelity } from './quantization-fidelity.js';
import { checkTarget, writeModelPackage } from './write-model-package.js';

export interface ConvertModelOptions {
  readonly source: ModelPackage;
  /** Folder of the package to be; see writeModelPackage. */
  readonly directory: string;
  /** RGB24 of the model's input size, to measure with. If empty, nothing is. */
  readonly frames: readonly Uint8Array[];
  readonly runGraph: RunGraph;
  /** Write a model that misses a bound, too. If absent, false. */
  readonly allowMiss?: boolean;
  readonly replace?: boolean;
}

export interface ConvertedModel {
  /** Nodes that are computed in half precision, and those of the backbone that are not. */
  readonly halfNodes: number;
  readonly kept: readonly KeptNode[];
  /** Constants that became 0. */
  readonly vanished: number;
  /** Absent when there were no frames. */
  readonly fidelity?: Fidelity;
  /** For a person; empty when all bounds are met, or nothing was measured. */
  readonly missed: readonly string[];
}

/**
 * Writes a package in half precision of a float32 one. With frames, what leaves the range of half precision on them
 * stays in float32, and the new graph is compared with the old. Errors: failed_precondition for a source that is not
 * float32, that has nothing to convert, or whose result misses a bound of fidelity; those of writeModelPackage.
 */
export async function convertModel(options: ConvertModelOptions): Promise<ConvertedModel> {
  const { source, directory, frames, runGraph, allowMiss = false, replace = false } = options;
  const { manifest, description } = source;
  const { precision = 'float32' } = manifest;
  if (precision !== 'float32') {
    throw new SurgicamError(
      'failed_precondition',
      `${manifest.name} is ${precision} already; give its float32 package`,
    );
  }
  await checkTarget(path.resolve(directory), replace);
  const original = await readFile(source.graphPath);
  const maps = description.featureMaps.map(({ name }) => name);
  const { inputWidth: width, inputHeight: height } = description;
  const peaks =
    frames.length === 0 ? undefined : await measurePeaks(original, maps, { frames, width, height }, runGraph);
  const { bytes, halfNodes, kept, vanished } = convertToHalf(original, maps, peaks);
  if (halfNodes === 0) {
    throw new SurgicamError(
      'failed_precondition',
      `${manifest.name} has nothing that can be computed in half precision${kept[0] === undefined ? '' : ` (${kept[0].node}: ${kept[0].reason})`}`,
    );
  }
  const fidelity =
    frames.length === 0 ? undefined : await measureHalf(source, original, bytes, frames, runGraph);
  const missed = fidelity === undefined ? [] : missedBounds(fidelity);
  if (missed.length > 0 && !allowMiss) {
    throw new SurgicamError(
      'failed_precondition',
      `${manifest.name} in half precision is too far from its original: ${missed.join('; ')}. Write it anyway with --allow-miss`,
    );
  }
  const { architecture, head, probabilityFunction, graph, featureMaps } = manifest;
  const conversion = {
    sourceGraphSha256: graph.sha256,
    halfNodes,
    floatNodes: kept.length,
    measuredFrames: frames.length,
    ...fidelity,
  };
  await writeModelPackage(
    directory,
    { ...manifest, precision: 'float16', conversion },
    {
      ...{ bytes, architecture, head, probabilityFunction },
      featureMaps: featureMaps.map(({ hasGradient, ...map }) => ({
        ...map,
        ...(hasGradient === undefined ? {} : { hasGradient }),
      })),
      inputs: graph.inputs,
      outputs: graph.outputs,
    },
    { replace },
  );
  return { halfNodes, kept, vanished, missed, ...(fidelity === undefined ? {} : { fidelity }) };
}
