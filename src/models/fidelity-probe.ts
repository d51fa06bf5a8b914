import type { PixelBox } from '../domain/geometry.js';
import { SurgicamError } from '../domain/errors.js';
import { matchedBoxIou } from '../evaluation/box-matching.js';
import { fullHeatmap } from '../localization/heatmap.js';
import { PixelMap } from '../localization/pixel-map.js';
import { presentClasses, probabilitiesOf } from '../localization/presence.js';
import { findRegions } from '../localization/regions.js';
import type { GraphFeeds, OpenGraph, OpenedGraph } from '../onnx/foreign/run-graph.js';
import { GRAPH_INPUTS, GRAPH_OUTPUTS } from '../onnx/graph-names.js';
import type { ModelPackage } from './model-package.js';
import { correlation, cosine, mean, worstPerCent, type Fidelity } from './quantization-fidelity.js';

/** What one graph says of one frame. */
interface FrameAnswer {
  readonly present: readonly boolean[];
  /** [K, h, w] */
  readonly gradcam: Float32Array;
  /** [K, 512] */
  readonly slfe?: Float32Array;
}

/** Compares graphs with a package's own on frames, whose answers are kept. */
export class FidelityProbe {
  private constructor(
    private readonly source: ModelPackage,
    private readonly frames: readonly Uint8Array[],
    private readonly openGraph: OpenGraph,
    private readonly expected: readonly FrameAnswer[],
  ) {}

  /** Error: failed_precondition when the model sees nothing in the frames. */
  static async create(
    source: ModelPackage,
    original: Uint8Array,
    frames: readonly Uint8Array[],
    openGraph: OpenGraph,
  ): Promise<FidelityProbe> {
    const expected = await answersOf(source, original, frames, openGraph);
    if (!expected.some(({ present }) => present.includes(true))) {
      throw new SurgicamError(
        'failed_precondition',
        'the model sees no class in the frames held out, so there is no heatmap to compare: calibrate with frames that show its classes',
      );
    }
    return new FidelityProbe(source, frames, openGraph, expected);
  }

  /**
   * Heatmaps, features and boxes are compared for the classes that the original sees, whether or not the other graph
   * sees them too; that is what the presence agreement tells.
   */
  async compare(graph: Uint8Array): Promise<Fidelity> {
    const actual = await answersOf(this.source, graph, this.frames, this.openGraph);
    const { classes } = this.source.description;
    const correlations: number[] = [];
    const cosines: number[] = [];
    const agreements: number[] = [];
    const ious: number[] = [];
    for (const [index, one] of this.expected.entries()) {
      const other = actual[index]!;
      for (const classId of classes.keys()) {
        const row = (all: Float32Array): Float32Array => {
          const length = all.length / classes.length;
          return all.subarray(classId * length, (classId + 1) * length);
        };
        agreements.push(one.present[classId] === other.present[classId] ? 1 : 0);
        if (!one.present[classId]!) continue;
        correlations.push(correlation(row(one.gradcam), row(other.gradcam)));
        const iou = matchedBoxIou(this.#boxes(row(one.gradcam)), this.#boxes(row(other.gradcam)));
        if (iou !== undefined) ious.push(iou);
        if (one.slfe !== undefined) cosines.push(cosine(row(one.slfe), row(other.slfe!)));
      }
    }
    return {
      heatmapCorrelation: mean(correlations),
      worstHeatmapCorrelation: worstPerCent(correlations),
      presenceAgreement: mean(agreements),
      ...(cosines.length === 0 ? {} : { slfeCosine: mean(cosines) }),
      ...(ious.length === 0 ? {} : { boxIou: mean(ious) }),
    };
  }

  #boxes(native: Float32Array): readonly PixelBox[] {
    const { gridWidth, gridHeight, inputWidth, inputHeight, roiThreshold } = this.source.description;
    const heatmap = fullHeatmap(native, gridWidth, gridHeight, inputWidth, inputHeight);
    return findRegions(new PixelMap(heatmap, inputWidth, inputHeight), roiThreshold).map(({ box }) => box);
  }
}

async function answersOf(
  source: ModelPackage,
  bytes: Uint8Array,
  frames: readonly Uint8Array[],
  openGraph: OpenGraph,
): Promise<FrameAnswer[]> {
  const graph = await openGraph(bytes);
  try {
    const answers: FrameAnswer[] = [];
    for (const frame of frames) answers.push(await answerOf(source, graph, frame));
    return answers;
  } finally {
    await graph.close();
  }
}

async function answerOf(
  { description, graphOutputs }: ModelPackage,
  graph: OpenedGraph,
  frame: Uint8Array,
): Promise<FrameAnswer> {
  const { inputWidth, inputHeight, classes, roiThreshold, classThreshold, probabilityFunction } = description;
  const withFeatures = graphOutputs.includes(GRAPH_OUTPUTS.slfe);
  const { logits, gradcam, slfe } = GRAPH_OUTPUTS;
  const roi = new Float32Array(classes.length).fill(roiThreshold);
  const feeds: GraphFeeds = {
    [GRAPH_INPUTS.frames]: { type: 'uint8', data: frame, dims: [1, inputHeight, inputWidth, 3] },
    ...(withFeatures && {
      [GRAPH_INPUTS.roiThresholds]: { type: 'float32', data: roi, dims: [1, classes.length] },
    }),
  };
  const values = await graph.run(feeds, withFeatures ? [logits, gradcam, slfe] : [logits, gradcam]);
  const floats = (name: string): Float32Array => values.get(name)!.data as Float32Array;
  const probabilities = probabilitiesOf(floats(logits), probabilityFunction);
  return {
    present: presentClasses(
      probabilities,
      classes.map(() => classThreshold),
    ),
    gradcam: floats(gradcam),
    ...(withFeatures ? { slfe: floats(slfe) } : {}),
  };
}
