import type { FeatureMapShape, HeadKind, ProbabilityFunction } from '../domain/model-description.js';
import { writeExplanation } from './explanation-graph.js';
import type { LayerWeights } from './fold-batch-norm.js';
import { elementTypeCode } from './graph-elements.js';
import { GRAPH_INPUTS, GRAPH_OUTPUTS, PROLOG_TENSORS } from './graph-names.js';
import { GraphWriter } from './graph-writer.js';
import type { ConvLayer, LinearHead, ResidualBlock, ResNetStructure } from './resnet-structure.js';

/** What the graph must know beyond the network itself. */
export interface GraphInput {
  readonly inputWidth: number;
  readonly inputHeight: number;
  /** Per channel, RGB in [0, 1]. */
  readonly mean: readonly [number, number, number];
  readonly std: readonly [number, number, number];
}

/** Where a layer's numbers come from, batch norm already folded in. */
export interface WeightSource {
  conv(layer: ConvLayer): Promise<LayerWeights>;
  head(head: LinearHead): Promise<LayerWeights>;
}

/** A written graph and what a manifest says about it. */
export interface ModelGraph {
  readonly bytes: Uint8Array;
  /** For people, for example `ResNet-50`. */
  readonly architecture: string;
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  readonly featureMaps: readonly FeatureMapShape[];
  /** If absent, gap_linear. */
  readonly head?: HeadKind;
  /** If absent, sigmoid. */
  readonly probabilityFunction?: ProbabilityFunction;
}

/** Height and width of a feature map. */
interface MapSize {
  readonly height: number;
  readonly width: number;
}

/**
 * Writes the model package's graph: bytes of frames in, logits, Grad-CAM maps of all classes, feature maps and SL-FE
 * features out. Names and shapes are in graph-names.ts; the batch size N is free, the frame size is fixed.
 */
export async function writeResNetGraph(
  structure: ResNetStructure,
  weights: WeightSource,
  input: GraphInput,
): Promise<ModelGraph> {
  const writer = new GraphWriter();
  const layers = new LayerWriter(writer, weights);
  let tensor = writeNormalization(writer, input);
  let size: MapSize = { height: input.inputHeight, width: input.inputWidth };

  tensor = writer.node('Relu', 'stem', [await layers.conv(structure.stem, tensor, channelScale(input))]);
  size = shrink(size, structure.stem);
  tensor = writer.node('MaxPool', 'maxpool', [tensor], {
    kernel_shape: [3, 3],
    strides: [2, 2],
    pads: [1, 1, 1, 1],
  });
  size = shrink(size, { kernel: 3, stride: 2 });

  const featureMaps: FeatureMapShape[] = [];
  for (const [stage, blocks] of structure.stages.entries()) {
    for (const [index, block] of blocks.entries()) {
      // The last block of a stage is the feature map that the graph gives out.
      const name = index === blocks.length - 1 ? `layer${stage + 1}` : block.name;
      tensor = await layers.block(block, tensor, name);
      size = block.convs.reduce(shrink, size);
    }
    const channels = blocks.at(-1)!.convs.at(-1)!.outChannels;
    if (stage > 0) featureMaps.push({ name: tensor, channels, ...size });
  }

  const head = await weights.head(structure.head);
  writeLogits(writer, structure.head, head, tensor);
  const explained = writeExplanation(writer, featureMaps.at(-1)!, head.weights, structure.head.classes);
  for (const { name, channels, height, width } of featureMaps) {
    writer.output(name, 'float32', ['N', channels, height, width]);
  }
  return {
    bytes: writer.finish({ name: structure.family }),
    architecture: structure.family,
    inputs: [GRAPH_INPUTS.frames, ...explained.inputs],
    outputs: [GRAPH_OUTPUTS.logits, ...explained.outputs, ...featureMaps.map((map) => map.name)],
    featureMaps,
  };
}

/**
 * uint8 NHWC -> float32 NCHW minus the mean. The division by the standard deviation is left to the first
 * convolution's weights; the mean is not, because the convolution pads with zeros of the normalised picture.
 */
function writeNormalization(writer: GraphWriter, { inputHeight, inputWidth, mean }: GraphInput): string {
  const frames = writer.input(GRAPH_INPUTS.frames, 'uint8', ['N', inputHeight, inputWidth, 3]);
  const planes = writer.node('Transpose', 'frames.planes', [frames], { perm: [0, 3, 1, 2] });
  const floats = writer.node('Cast', 'frames.float', [planes], { to: elementTypeCode('float32') });
  const offset = writer.floats(
    'frames.mean',
    [1, 3, 1, 1],
    Float32Array.from(mean, (value) => value * 255),
  );
  return writer.node('Sub', PROLOG_TENSORS.centred, [floats, offset]);
}

/** What the first convolution's weights are multiplied by, per input channel. */
function channelScale({ std }: GraphInput): number[] {
  return std.map((value) => 1 / (255 * value));
}

function writeLogits(
  writer: GraphWriter,
  head: LinearHead,
  { weights, bias }: LayerWeights,
  tensor: string,
): void {
  const pooled = writer.node('GlobalAveragePool', 'avgpool', [tensor]);
  const flat = writer.node('Flatten', 'avgpool.flat', [pooled], { axis: 1 });
  const inputs = [
    flat,
    writer.floats('head.weight', [head.classes, head.inChannels], weights),
    writer.floats('head.bias', [head.classes], bias),
  ];
  writer.node('Gemm', GRAPH_OUTPUTS.logits, inputs, { transB: 1 });
  writer.output(GRAPH_OUTPUTS.logits, 'float32', ['N', head.classes]);
}

class LayerWriter {
  constructor(
    private readonly writer: GraphWriter,
    private readonly source: WeightSource,
  ) {}

  async conv(layer: ConvLayer, input: string, inputScale?: readonly number[]): Promise<string> {
    const { writer } = this;
    const { weights, bias } = await this.source.conv(layer);
    if (inputScale !== undefined) scaleInputs(weights, layer, inputScale);
    const { name, inChannels, outChannels, kernel, stride, groups } = layer;
    const shape = [outChannels, inChannels / groups, kernel, kernel];
    const padding = (kernel - 1) / 2;
    return writer.node(
      'Conv',
      name,
      [
        input,
        writer.floats(`${name}.weight`, shape, weights),
        writer.floats(`${name}.bias`, [outChannels], bias),
      ],
      {
        kernel_shape: [kernel, kernel],
        strides: [stride, stride],
        pads: [padding, padding, padding, padding],
        group: groups,
      },
    );
  }

  async block(block: ResidualBlock, input: string, name: string): Promise<string> {
    const { writer } = this;
    let tensor = input;
    for (const [index, layer] of block.convs.entries()) {
      if (index > 0) tensor = writer.node('Relu', `${tensor}.relu`, [tensor]);
      tensor = await this.conv(layer, tensor);
    }
    const shortcut = block.downsample === undefined ? input : await this.conv(block.downsample, input);
    return writer.node('Relu', name, [writer.node('Add', `${block.name}.add`, [tensor, shortcut])]);
  }
}

/** In place: these weights were made for this graph. Layout [out, in / groups, kernel, kernel]. */
function scaleInputs(weights: Float32Array, layer: ConvLayer, scale: readonly number[]): void {
  const area = layer.kernel * layer.kernel;
  for (let i = 0; i < weights.length; i++) {
    weights[i]! *= scale[Math.floor(i / area) % layer.inChannels]!;
  }
}

function shrink(
  size: MapSize,
  { kernel, stride }: { readonly kernel: number; readonly stride: number },
): MapSize {
  const shrunk = (length: number): number => Math.floor((length + kernel - 1 - kernel) / stride) + 1;
  return { height: shrunk(size.height), width: shrunk(size.width) };
}
