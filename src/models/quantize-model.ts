import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { SurgicamError } from '../domain/errors.js';
import { presentClasses, probabilitiesOf } from '../localization/presence.js';
import type { GraphFeeds, RunGraph } from '../onnx/foreign/run-graph.js';
import { GRAPH_INPUTS, GRAPH_OUTPUTS } from '../onnx/graph-names.js';
import { calibrate } from '../onnx/quantize/calibrate.js';
import { quantizeGraph } from '../onnx/quantize/quantize-graph.js';
import type { ModelPackage } from './model-package.js';
import {
  correlation,
  cosine,
  mean,
  missedBounds,
  worstPerCent,
  type Fidelity,
} from './quantization-fidelity.js';
import { checkTarget, writeModelPackage } from './write-model-package.js';

export interface QuantizeModelOptions {
  readonly source: ModelPackage;
  /** Folder of the package to be; see writeModelPackage. */
  readonly directory: string;
  /** RGB24 of the model's input size; every fifth is held out to measure with. At least five. */
  readonly frames: readonly Uint8Array[];
  readonly runGraph: RunGraph;
  /** Write a model that misses a bound, too. If absent, false. */
  readonly allowMiss?: boolean;
  readonly replace?: boolean;
}

export interface QuantizedModel {
  readonly fidelity: Fidelity;
  /** For a person; empty when all bounds are met. */
  readonly missed: readonly string[];
}

const HELD_OUT = 5;

/**
 * Writes an 8-bit package of a float one. Errors: invalid_argument for too few frames or a graph without convolutions;
 * failed_precondition for an 8-bit source, or a result that misses a bound of fidelity; those of writeModelPackage.
 */
export async function quantizeModel(options: QuantizeModelOptions): Promise<QuantizedModel> {
  const { source, directory, frames, runGraph, allowMiss = false, replace = false } = options;
  const { manifest } = source;
  if (frames.length < HELD_OUT) {
    throw SurgicamError.invalidField('calibration frames', frames.length, `at least ${HELD_OUT}`);
  }
  if (manifest.precision === 'int8') {
    throw new SurgicamError(
      'failed_precondition',
      `${manifest.name} is 8-bit already; give its float32 package`,
    );
  }
  await checkTarget(path.resolve(directory), replace);
  const heldOut = frames.filter((_, i) => i % HELD_OUT === HELD_OUT - 1);
  const calibration = frames.filter((_, i) => i % HELD_OUT !== HELD_OUT - 1);
  const { width, height } = manifest.input;
  const original = await readFile(source.graphPath);
  const ranges = await calibrate(original, { frames: calibration, width, height }, runGraph);
  const bytes = quantizeGraph(original, ranges);
  const fidelity = await compareGraphs(source, original, bytes, heldOut, runGraph);
  const missed = missedBounds(fidelity);
  if (missed.length > 0 && !allowMiss) {
    throw new SurgicamError(
      'failed_precondition',
      `${manifest.name} in 8 bits is too far from its original: ${missed.join('; ')}. Calibrate with more frames of the ` +
        'kind that it will see, or write it anyway with --allow-miss',
    );
  }
  const last = source.description.featureMaps.length - 1;
  // No gradient goes through rounding; that of the last map goes through the float head alone.
  const featureMaps = source.description.featureMaps.map((map, i) =>
    i === last ? map : { ...map, hasGradient: false },
  );
  const { architecture, head, probabilityFunction, graph } = manifest;
  const quantization = {
    sourceGraphSha256: graph.sha256,
    method: 'min-max' as const,
    calibrationFrames: calibration.length,
    heldOutFrames: heldOut.length,
    ...fidelity,
  };
  await writeModelPackage(
    directory,
    { ...manifest, precision: 'int8', quantization },
    {
      bytes,
      architecture,
      head,
      probabilityFunction,
      featureMaps,
      inputs: graph.inputs,
      outputs: graph.outputs,
    },
    { replace },
  );
  return { fidelity, missed };
}

async function compareGraphs(
  { description, graphOutputs }: ModelPackage,
  original: Uint8Array,
  quantized: Uint8Array,
  frames: readonly Uint8Array[],
  runGraph: RunGraph,
): Promise<Fidelity> {
  const { inputWidth, inputHeight, classes, roiThreshold, classThreshold, probabilityFunction } = description;
  const withFeatures = graphOutputs.includes(GRAPH_OUTPUTS.slfe);
  const outputs = [
    GRAPH_OUTPUTS.logits,
    GRAPH_OUTPUTS.gradcam,
    ...(withFeatures ? [GRAPH_OUTPUTS.slfe] : []),
  ];
  const thresholds = classes.map(() => classThreshold);
  const correlations: number[] = [];
  const cosines: number[] = [];
  const agreements: number[] = [];
  for (const frame of frames) {
    const roi = new Float32Array(classes.length).fill(roiThreshold);
    const dims = [1, inputHeight, inputWidth, 3];
    const feeds: GraphFeeds = {
      [GRAPH_INPUTS.frames]: { type: 'uint8', data: frame, dims },
      ...(withFeatures && {
        [GRAPH_INPUTS.roiThresholds]: { type: 'float32', data: roi, dims: [1, classes.length] },
      }),
    };
    const results = [await runGraph(original, feeds, outputs), await runGraph(quantized, feeds, outputs)];
    const rows = (name: string, classId: number): [Float32Array, Float32Array] =>
      results.map((values) => {
        const all = values.get(name)!.data as Float32Array;
        const length = all.length / classes.length;
        return all.subarray(classId * length, (classId + 1) * length);
      }) as [Float32Array, Float32Array];
    const [expected, actual] = results.map((values) => {
      const logits = values.get(GRAPH_OUTPUTS.logits)!.data as Float32Array;
      return presentClasses(probabilitiesOf(logits, probabilityFunction), thresholds);
    });
    for (const classId of classes.keys()) {
      agreements.push(expected![classId] === actual![classId] ? 1 : 0);
      if (!expected![classId]!) continue;
      correlations.push(correlation(...rows(GRAPH_OUTPUTS.gradcam, classId)));
      if (withFeatures) cosines.push(cosine(...rows(GRAPH_OUTPUTS.slfe, classId)));
    }
  }
  if (correlations.length === 0) {
    throw new SurgicamError(
      'failed_precondition',
      'the model sees no class in the frames held out, so there is no heatmap to compare: calibrate with frames that show its classes',
    );
  }
  return {
    heatmapCorrelation: mean(correlations),
    worstHeatmapCorrelation: worstPerCent(correlations),
    presenceAgreement: mean(agreements),
    ...(cosines.length === 0 ? {} : { slfeCosine: mean(cosines) }),
  };
}
