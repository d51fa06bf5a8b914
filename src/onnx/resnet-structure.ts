/** A convolution without bias and the batch norm behind it, under their names in the state dict. */
export interface ConvLayer {
  /** Prefix of the convolution, for example `layer1.0.conv1`. */
  readonly name: string;
  /** Prefix of the batch norm, for example `layer1.0.bn1`. */
  readonly norm: string;
  readonly inChannels: number;
  readonly outChannels: number;
  /** Square, odd; padding is (kernel - 1) / 2. */
  readonly kernel: number;
  readonly stride: number;
  readonly groups: number;
}

/** x -> ReLU(convs(x) + shortcut(x)), a ReLU between the convolutions. */
export interface ResidualBlock {
  readonly name: string;
  /** Two in a basic block, three in a bottleneck. */
  readonly convs: readonly ConvLayer[];
  /** Absent: the shortcut is the identity. */
  readonly downsample?: ConvLayer;
}

export interface LinearHead {
  /** Prefix in the state dict: `fc`, or `fc.1` behind a dropout. */
  readonly name: string;
  readonly inChannels: number;
  readonly classes: number;
  readonly hasBias: boolean;
}

/** A ResNet of any width: stem, 3 x 3 max pooling, four stages, global average pooling, one linear layer. */
export interface ResNetStructure {
  /** For people, for example `ResNet-50`. */
  readonly family: string;
  readonly stem: ConvLayer;
  readonly stages: readonly (readonly ResidualBlock[])[];
  readonly head: LinearHead;
}

export type BlockKind = 'basic' | 'bottleneck';

export type ResNetDepth = 18 | 34 | 50 | 101 | 152;

export interface ResNetFamily {
  readonly depth: ResNetDepth;
  readonly kind: BlockKind;
  /** Residual blocks of each stage. */
  readonly blocks: readonly [number, number, number, number];
}

/** He et al. 2016, "Deep residual learning for image recognition", table 1. */
export const RESNET_FAMILIES: readonly ResNetFamily[] = [
  { depth: 18, kind: 'basic', blocks: [2, 2, 2, 2] },
  { depth: 34, kind: 'basic', blocks: [3, 4, 6, 3] },
  { depth: 50, kind: 'bottleneck', blocks: [3, 4, 6, 3] },
  { depth: 101, kind: 'bottleneck', blocks: [3, 4, 23, 3] },
  { depth: 152, kind: 'bottleneck', blocks: [3, 8, 36, 3] },
];

/**
 * Stride of a block's convolution. A stage halves its map in its first block, the first stage excepted; a bottleneck
 * does so in its 3 x 3 convolution (torchvision's "v1.5"), which the shapes of a checkpoint cannot tell.
 */
export function blockStride(kind: BlockKind, stage: number, block: number, conv: number): number {
  const strided = kind === 'basic' ? conv === 0 : conv === 1;
  return stage > 0 && block === 0 && strided ? 2 : 1;
}
