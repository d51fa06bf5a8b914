import type { OpenGraph } from '../onnx/foreign/run-graph.js';
import type { ValueRange } from '../onnx/quantize/affine.js';
import {
  measureHistograms,
  measureTensors,
  type CalibrationFrames,
  type TensorStatistics,
} from '../onnx/quantize/calibrate.js';
import { measureLayersAlone } from '../onnx/quantize/layers-alone.js';
import { quantizeGraph } from '../onnx/quantize/quantize-graph.js';
import { methodLabel, rangeBy, type RangeMethod } from '../onnx/quantize/range-method.js';
import type { ValueHistogram } from '../onnx/quantize/value-histogram.js';
import type { FidelityProbe } from './fidelity-probe.js';
import { missedBounds, shareOfAllowance } from './quantization-fidelity.js';
import type { QuantizationCandidate } from './quantization-report.js';

/** What is being done, and how far it is. */
export interface QuantizationProgress {
  readonly stage: 'ranges' | 'histograms' | 'methods' | 'layers' | 'held-out';
  readonly done: number;
  readonly total: number;
}

export interface QuantizationSearchOptions {
  /** Float graph, its first convolution on cells where that can be. */
  readonly graph: Uint8Array;
  /** Name of the last feature map, by which the effect of single layers is measured. */
  readonly lastMap: string;
  readonly calibration: CalibrationFrames;
  /** Frames for the effect of single layers. */
  readonly selection: CalibrationFrames;
  /** On the selection frames. */
  readonly probe: FidelityProbe;
  readonly openGraph: OpenGraph;
  readonly methods: readonly RangeMethod[];
  readonly amx: boolean;
  readonly onProgress: (progress: QuantizationProgress) => void;
}

export interface Choice {
  readonly method: RangeMethod;
  readonly biasCorrection: boolean;
  readonly floatLayers: readonly string[];
}

export interface QuantizedGraph {
  readonly bytes: Uint8Array;
  readonly choice: Choice;
  readonly candidates: readonly QuantizationCandidate[];
}

/** The first convolution's input means are always made up for: its bytes are far from zero, and its mean is in its bias. */
const ALWAYS_CORRECTED = 'frames.cells.float';

/** Tries ways of quantizing a graph and measures each on the selection frames. */
export class QuantizationSearch {
  readonly #candidates: QuantizationCandidate[] = [];
  readonly #ranges = new Map<string, ReadonlyMap<string, ValueRange>>();
  #alone: ReadonlyMap<string, number> | undefined;

  private constructor(
    private readonly options: QuantizationSearchOptions,
    readonly statistics: TensorStatistics,
    private readonly histograms: ReadonlyMap<string, ValueHistogram>,
  ) {}

  /** Runs the calibration frames: once for the ranges, and once more for histograms where a method needs them. */
  static async begin(options: QuantizationSearchOptions): Promise<QuantizationSearch> {
    const { graph, calibration, openGraph, methods, onProgress } = options;
    const total = calibration.frames.length;
    const step = (stage: 'ranges' | 'histograms') => (done: number) => onProgress({ stage, done, total });
    const statistics = await measureTensors(graph, calibration, openGraph, step('ranges'));
    const histograms = methods.some(({ kind }) => kind !== 'min-max')
      ? await measureHistograms(graph, statistics.ranges, calibration, openGraph, step('histograms'))
      : new Map<string, ValueHistogram>();
    return new QuantizationSearch(options, statistics, histograms);
  }

  get candidates(): readonly QuantizationCandidate[] {
    return this.#candidates;
  }

  /** Signal to noise of the last map with one layer quantized alone, dB, by layer; measured once. */
  async layersAlone(choice: Choice): Promise<ReadonlyMap<string, number>> {
    const { graph, lastMap, selection, openGraph, onProgress } = this.options;
    this.#alone ??= await measureLayersAlone(
      graph,
      (floatLayers) => this.quantize({ ...choice, floatLayers }),
      lastMap,
      selection,
      openGraph,
      (done, total) => onProgress({ stage: 'layers', done, total }),
    );
    return this.#alone;
  }

  /** The way that uses up least of what the bounds allow: every method, then the best with corrected biases. */
  async chooseMethod(): Promise<Choice> {
    const { methods, onProgress } = this.options;
    const total = methods.length + 1;
    let best: { readonly choice: Choice; readonly share: number } | undefined;
    const consider = async (choice: Choice, done: number): Promise<void> => {
      const { shareOfAllowance: share } = await this.#measure(choice);
      if (best === undefined || share < best.share) best = { choice, share };
      onProgress({ stage: 'methods', done, total });
    };
    for (const [index, method] of methods.entries())
      await consider({ method, biasCorrection: false, floatLayers: [] }, index + 1);
    await consider({ ...best!.choice, biasCorrection: true }, total);
    return best!.choice;
  }

  /**
   * Leaves the layers in float that hurt most, one more at a time, until the bounds hold on the selection frames. If they
   * do not with the most that is allowed, the choice is returned that uses up least.
   */
  async chooseFloatLayers(choice: Choice, most: number): Promise<Choice> {
    const before = this.#candidates.find(
      ({ method, biasCorrection }) =>
        method === methodLabel(choice.method) && biasCorrection === choice.biasCorrection,
    )!;
    if (missedBounds(before.fidelity).length === 0 || most === 0) return choice;
    const alone = await this.layersAlone(choice);
    const worstFirst = [...alone].sort(([, a], [, b]) => a - b).map(([layer]) => layer);
    let best = { choice, share: before.shareOfAllowance };
    for (let count = 1; count <= Math.min(most, worstFirst.length - 1); count++) {
      const next = { ...choice, floatLayers: worstFirst.slice(0, count) };
      const { fidelity, shareOfAllowance: share } = await this.#measure(next);
      if (missedBounds(fidelity).length === 0) return next;
      if (share < best.share) best = { choice: next, share };
    }
    return best.choice;
  }

  quantize({ method, biasCorrection, floatLayers }: Choice): Uint8Array {
    const { graph, amx } = this.options;
    const means = this.statistics.channelMeans;
    const channelMeans = biasCorrection
      ? means
      : new Map([...means].filter(([tensor]) => tensor === ALWAYS_CORRECTED));
    return quantizeGraph(graph, {
      ranges: this.ranges(method),
      floatLayers: new Set(floatLayers),
      channelMeans,
      amx,
    });
  }

  ranges(method: RangeMethod): ReadonlyMap<string, ValueRange> {
    if (method.kind === 'min-max') return this.statistics.ranges;
    const label = methodLabel(method);
    let ranges = this.#ranges.get(label);
    if (ranges === undefined) {
      ranges = new Map(
        [...this.histograms].map(([tensor, histogram]) => [tensor, rangeBy(method, histogram)]),
      );
      this.#ranges.set(label, ranges);
    }
    return ranges;
  }

  async #measure(choice: Choice): Promise<QuantizationCandidate> {
    const fidelity = await this.options.probe.compare(this.quantize(choice));
    const { method, biasCorrection, floatLayers } = choice;
    const candidate = {
      method: methodLabel(method),
      biasCorrection,
      floatLayers,
      fidelity,
      shareOfAllowance: shareOfAllowance(fidelity),
    };
    this.#candidates.push(candidate);
    return candidate;
  }
}
