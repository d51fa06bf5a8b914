import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { SurgicamError } from '../domain/errors.js';
import type { OpenGraph } from '../onnx/foreign/run-graph.js';
import { describeLayers } from '../onnx/quantize/describe-layers.js';
import { measureLayerErrors } from '../onnx/quantize/layer-errors.js';
import { writePixelCells } from '../onnx/quantize/pixel-cells.js';
import { openForQuantization } from '../onnx/quantize/quantize-graph.js';
import type { ModelGraph } from '../onnx/resnet-graph.js';
import { methodLabel, RANGE_METHODS, type RangeMethodKind } from '../onnx/quantize/range-method.js';
import { FidelityProbe } from './fidelity-probe.js';
import type { ManifestFacts } from './manifest.js';
import type { ModelPackage } from './model-package.js';
import { FIDELITY_BOUNDS, missedBounds, type Fidelity } from './quantization-fidelity.js';
import type { QuantizationReport } from './quantization-report.js';
import { QuantizationSearch, type Choice, type QuantizationProgress } from './quantization-search.js';
import { checkTarget, writeModelPackage } from './write-model-package.js';

export interface QuantizeModelOptions {
  readonly source: ModelPackage;
  /** Folder of the package to be; see writeModelPackage. */
  readonly directory: string;
  /** Name of the package to be. If absent, the source's with `-int8` behind it. */
  readonly name?: string;
  /**
   * RGB24 of the model's input size, at least five. Of every five the first three calibrate, by the fourth the way of
   * quantizing is chosen, and the fifth is held out to measure with.
   */
  readonly frames: readonly Uint8Array[];
  readonly openGraph: OpenGraph;
  /** How ranges are taken. If absent, auto: by what stays nearest to the original. */
  readonly method?: RangeMethodKind | 'auto';
  /** How many of the layers that hurt most may stay float where a bound is missed. If absent, 8. */
  readonly maxFloatLayers?: number;
  /** Write the weights for a processor with AMX; see WEIGHT_ZERO_POINT. If absent, false. */
  readonly amx?: boolean;
  /** Measure what each layer costs alone even where no bound is missed. If absent, false. */
  readonly measureLayersAlone?: boolean;
  /** Write a model that misses a bound, too. If absent, false. */
  readonly allowMiss?: boolean;
  readonly replace?: boolean;
  readonly onProgress?: (progress: QuantizationProgress) => void;
  /** Hears all that was measured before the package is written or refused. */
  readonly onReport?: (report: QuantizationReport) => void | Promise<void>;
}

export interface QuantizedModel {
  readonly fidelity: Fidelity;
  /** For a person; empty when all bounds are met. */
  readonly missed: readonly string[];
  readonly report: QuantizationReport;
}

const PERIOD = 5;
const DEFAULT_MAX_FLOAT_LAYERS = 8;

/** Frames whose layers are compared one by one. */
const LAYER_FRAMES = 8;

/**
 * Writes an 8-bit package of a float one. Errors: invalid_argument for too few frames or a graph without convolutions;
 * failed_precondition for an 8-bit source, or a result that misses a bound of fidelity; those of writeModelPackage.
 */
export async function quantizeModel(options: QuantizeModelOptions): Promise<QuantizedModel> {
  const { source, directory, frames, openGraph, allowMiss = false, replace = false } = options;
  const { method = 'auto', maxFloatLayers = DEFAULT_MAX_FLOAT_LAYERS, amx = false } = options;
  const { onProgress = () => undefined } = options;
  const { manifest, description } = source;
  if (frames.length < PERIOD) {
    throw SurgicamError.invalidField('calibration frames', frames.length, `at least ${PERIOD}`);
  }
  if (manifest.precision !== undefined && manifest.precision !== 'float32') {
    throw new SurgicamError(
      'failed_precondition',
      `${manifest.name} is ${manifest.precision} already; give its float32 package`,
    );
  }
  await checkTarget(path.resolve(directory), replace);
  const { width, height } = manifest.input;
  const part = (isIn: (place: number) => boolean) => frames.filter((_, i) => isIn(i % PERIOD));
  const calibration = part((place) => place < PERIOD - 2);
  const selection = part((place) => place === PERIOD - 2);
  const heldOut = part((place) => place === PERIOD - 1);
  const original = await readFile(source.graphPath);
  const graph = writePixelCells(original);
  const search = await QuantizationSearch.begin({
    graph,
    lastMap: description.featureMaps.at(-1)!.name,
    calibration: { frames: calibration, width, height },
    selection: { frames: selection, width, height },
    probe: await FidelityProbe.create(source, original, selection, openGraph),
    openGraph,
    methods: RANGE_METHODS.filter(({ kind }) => method === 'auto' || kind === method),
    amx,
    onProgress,
  });
  const choice = await search.chooseFloatLayers(await search.chooseMethod(), maxFloatLayers);
  const bytes = search.quantize(choice);
  const final = await FidelityProbe.create(source, original, heldOut, openGraph);
  const fidelity = await final.compare(bytes);
  onProgress({ stage: 'held-out', done: heldOut.length, total: heldOut.length });
  const missed = missedBounds(fidelity);
  const floatLayers = new Set(choice.floatLayers);
  const shown = { frames: selection.slice(0, LAYER_FRAMES), width, height };
  const sqnr = await measureLayerErrors(graph, bytes, floatLayers, shown, openGraph);
  const measuresAlone = options.measureLayersAlone ?? false;
  const alone = measuresAlone || choice.floatLayers.length > 0 ? await search.layersAlone(choice) : undefined;
  const report: QuantizationReport = {
    model: manifest.name,
    sourceGraphSha256: manifest.graph.sha256,
    frames: { calibration: calibration.length, selection: selection.length, heldOut: heldOut.length },
    candidates: search.candidates,
    chosen: { ...choice, method: methodLabel(choice.method) },
    fidelity,
    bounds: FIDELITY_BOUNDS,
    missed,
    layers: describeLayers(openForQuantization(graph), openForQuantization(graph, floatLayers).plan, {
      measured: search.statistics.ranges,
      coded: search.ranges(choice.method),
      method: methodLabel(choice.method),
      sqnr,
      ...(alone === undefined ? {} : { alone }),
    }),
  };
  await options.onReport?.(report);
  if (missed.length > 0 && !allowMiss) {
    const kept =
      choice.floatLayers.length === 0 ? '' : ` with ${choice.floatLayers.join(', ')} left in float32`;
    throw new SurgicamError(
      'failed_precondition',
      `${manifest.name} in 8 bits${kept} is too far from its original: ${missed.join('; ')}. Calibrate with more frames of ` +
        'the kind that it will see, allow more layers to stay float32 (--max-float-layers), or write it anyway with --allow-miss',
    );
  }
  await writeModelPackage(directory, quantizedFacts(options, choice, report), quantizedParts(source, bytes), {
    replace,
  });
  return { fidelity, missed, report };
}

function quantizedFacts(
  { source: { manifest }, name = `${manifest.name}-int8`, amx = false }: QuantizeModelOptions,
  { method, biasCorrection, floatLayers }: Choice,
  { frames, fidelity, sourceGraphSha256 }: QuantizationReport,
): ManifestFacts {
  return {
    ...manifest,
    name,
    precision: 'int8',
    quantization: {
      sourceGraphSha256,
      method: method.kind,
      ...(method.kind === 'percentile' && { percent: method.percent }),
      ...(biasCorrection && { biasCorrection }),
      ...(amx && { amx }),
      ...(floatLayers.length > 0 && { floatLayers: [...floatLayers] }),
      calibrationFrames: frames.calibration,
      selectionFrames: frames.selection,
      heldOutFrames: frames.heldOut,
      ...fidelity,
    },
  };
}

function quantizedParts({ manifest, description }: ModelPackage, bytes: Uint8Array): ModelGraph {
  const { architecture, head, probabilityFunction, graph } = manifest;
  const last = description.featureMaps.length - 1;
  // No gradient goes through rounding; that of the last map goes through the float head alone.
  const featureMaps = description.featureMaps.map((map, i) =>
    i === last ? map : { ...map, hasGradient: false },
  );
  return {
    bytes,
    architecture,
    head,
    probabilityFunction,
    featureMaps,
    inputs: graph.inputs,
    outputs: graph.outputs,
  };
}
