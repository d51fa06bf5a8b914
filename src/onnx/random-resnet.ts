import type { LayerWeights } from './fold-batch-norm.js';
import { writeResNetGraph, type GraphInput, type ModelGraph, type WeightSource } from './resnet-graph.js';
import {
  RESNET_FAMILIES,
  blockStride,
  type ConvLayer,
  type LinearHead,
  type ResidualBlock,
  type ResNetDepth,
  type ResNetFamily,
  type ResNetStructure,
} from './resnet-structure.js';

export interface RandomResNetOptions extends GraphInput {
  readonly depth: ResNetDepth;
  readonly classes: number;
  /** Channels of the stem; every other width follows from it. 64 is torchvision's. If absent, 64. */
  readonly width?: number;
  /** Inner width of the first stage's bottlenecks. If absent, `width`. */
  readonly bottleneckWidth?: number;
  /** The same seed gives the same bytes. If absent, 1. */
  readonly seed?: number;
}

/**
 * A ResNet of the real topology with made-up weights, for benches and tests: it costs what the trained one costs.
 * The weights are He-uniform, with the last convolution of each block damped so that deep sums stay small.
 */
export function buildRandomResNet(options: RandomResNetOptions): Promise<ModelGraph> {
  const structure = resNetStructure(options);
  return writeResNetGraph(structure, new RandomWeights(structure, options.seed ?? 1), options);
}

/** The structure under torchvision's names, as recognizeResNet finds it in a checkpoint. */
export function resNetStructure({
  depth,
  classes,
  width = 64,
  bottleneckWidth = width,
}: Omit<RandomResNetOptions, keyof GraphInput>): ResNetStructure {
  const family = RESNET_FAMILIES.find((candidate) => candidate.depth === depth)!;
  const stem = convLayer('conv1', 'bn1', 3, width, 7, 2);
  let channels = width;
  const stages = family.blocks.map((count, stage) =>
    Array.from({ length: count }, (_, index) => {
      const block = residualBlock(family, stage, index, channels, width, bottleneckWidth);
      channels = block.convs.at(-1)!.outChannels;
      return block;
    }),
  );
  const head = { name: 'fc', inChannels: channels, classes, hasBias: true };
  return { family: `ResNet-${depth}`, stem, stages, head };
}

function residualBlock(
  { kind }: ResNetFamily,
  stage: number,
  index: number,
  inChannels: number,
  width: number,
  bottleneckWidth: number,
): ResidualBlock {
  const name = `layer${stage + 1}.${index}`;
  const basic = { kernels: [3, 3], widths: [width, width] };
  const bottleneck = { kernels: [1, 3, 1], widths: [bottleneckWidth, bottleneckWidth, 4 * width] };
  const { kernels, widths } = kind === 'basic' ? basic : bottleneck;
  let channels = inChannels;
  const convs = kernels.map((kernel, i) => {
    const stride = blockStride(kind, stage, index, i);
    const out = widths[i]! * 2 ** stage;
    const layer = convLayer(`${name}.conv${i + 1}`, `${name}.bn${i + 1}`, channels, out, kernel, stride);
    channels = out;
    return layer;
  });
  const stride = Math.max(...convs.map((conv) => conv.stride));
  if (stride === 1 && channels === inChannels) return { name, convs };
  const downsample = convLayer(
    `${name}.downsample.0`,
    `${name}.downsample.1`,
    inChannels,
    channels,
    1,
    stride,
  );
  return { name, convs, downsample };
}

function convLayer(
  name: string,
  norm: string,
  inChannels: number,
  outChannels: number,
  kernel: number,
  stride: number,
): ConvLayer {
  return { name, norm, inChannels, outChannels, kernel, stride, groups: 1 };
}

class RandomWeights implements WeightSource {
  private readonly random: () => number;
  private readonly lastOfBlock: ReadonlySet<string>;

  constructor(structure: ResNetStructure, seed: number) {
    this.random = uniform(seed);
    this.lastOfBlock = new Set(structure.stages.flat().map((block) => block.convs.at(-1)!.name));
  }

  conv({ name, inChannels, outChannels, kernel }: ConvLayer): Promise<LayerWeights> {
    const fanIn = inChannels * kernel * kernel;
    const damping = this.lastOfBlock.has(name) ? 0.25 : 1;
    const weights = this.fill(outChannels * fanIn, damping * Math.sqrt(6 / fanIn));
    return Promise.resolve({ weights, bias: this.fill(outChannels, 0.05) });
  }

  head({ inChannels, classes }: LinearHead): Promise<LayerWeights> {
    const weights = this.fill(classes * inChannels, Math.sqrt(6 / inChannels));
    return Promise.resolve({ weights, bias: this.fill(classes, 0.5) });
  }

  private fill(length: number, bound: number): Float32Array {
    const values = new Float32Array(length);
    for (let i = 0; i < length; i++) values[i] = (2 * this.random() - 1) * bound;
    return values;
  }
}

/** Uniform numbers in [0, 1) by the mulberry32 generator. */
function uniform(seed: number): () => number {
  const { imul } = Math;
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
