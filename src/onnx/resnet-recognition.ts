import { SurgicamError, describeValue } from '../domain/errors.js';
import {
  RESNET_FAMILIES,
  blockStride,
  type BlockKind,
  type ConvLayer,
  type LinearHead,
  type ResidualBlock,
  type ResNetFamily,
  type ResNetStructure,
} from './resnet-structure.js';

/** Names and shapes of a state dict. */
export type TensorShapes = ReadonlyMap<string, { readonly shape: readonly number[] }>;

const NORM_PARTS = ['weight', 'bias', 'running_mean', 'running_var'];

/**
 * Recognises ResNet-18/34/50/101/152 (and their grouped ResNeXt kin) of any width by torchvision's names and by the
 * shapes. Every tensor must be accounted for: an entry too many or too few is an invalid_argument that names it.
 */
export function recognizeResNet(tensors: TensorShapes): ResNetStructure {
  return new Recognizer(tensors).run();
}

class Recognizer {
  private readonly used = new Set<string>();

  constructor(private readonly tensors: TensorShapes) {}

  run(): ResNetStructure {
    const family = this.family();
    const stem = this.conv('conv1', 'bn1', 3, 2);
    if (stem.kernel !== 7) {
      throw notResNet(`conv1 has a ${stem.kernel} x ${stem.kernel} kernel; allowed: 7 x 7 with stride 2`);
    }
    let channels = stem.outChannels;
    const stages = family.blocks.map((count, stage) =>
      Array.from({ length: count }, (_, index) => {
        const block = this.block(family.kind, stage, index, channels);
        channels = block.convs.at(-1)!.outChannels;
        return block;
      }),
    );
    const head = this.head(channels);
    this.checkLeftovers();
    const grouped = stages.flat().some((block) => block.convs.some((conv) => conv.groups > 1));
    return { family: `${grouped ? 'ResNeXt' : 'ResNet'}-${family.depth}`, stem, stages, head };
  }

  /** By the number of blocks in each stage, before any shape is looked at. */
  private family(): ResNetFamily {
    const kind: BlockKind = this.tensors.has('layer1.0.conv3.weight') ? 'bottleneck' : 'basic';
    const counts = [1, 2, 3, 4].map((stage) => {
      let count = 0;
      while (this.tensors.has(`layer${stage}.${count}.conv1.weight`)) count++;
      return count;
    });
    const known = RESNET_FAMILIES.filter((family) => family.kind === kind);
    const found = known.find(({ blocks }) => blocks.every((count, stage) => count === counts[stage]));
    if (found !== undefined) return found;
    throw notResNet(
      `its stages have [${counts.join(', ')}] ${kind} blocks; allowed: ` +
        known.map(({ depth, blocks }) => `[${blocks.join(', ')}] (ResNet-${depth})`).join(', '),
    );
  }

  private block(kind: BlockKind, stage: number, index: number, inChannels: number): ResidualBlock {
    const name = `layer${stage + 1}.${index}`;
    const convs: ConvLayer[] = [];
    let channels = inChannels;
    for (let i = 0; i < (kind === 'basic' ? 2 : 3); i++) {
      const stride = blockStride(kind, stage, index, i);
      const conv = this.conv(`${name}.conv${i + 1}`, `${name}.bn${i + 1}`, channels, stride);
      channels = conv.outChannels;
      convs.push(conv);
    }
    const stride = Math.max(...convs.map((conv) => conv.stride));
    if (this.tensors.has(`${name}.downsample.0.weight`)) {
      const downsample = this.conv(`${name}.downsample.0`, `${name}.downsample.1`, inChannels, stride);
      if (downsample.outChannels !== channels) {
        throw notResNet(
          `${name}.downsample.0 has ${downsample.outChannels} output channels; allowed: ${channels}`,
        );
      }
      return { name, convs, downsample };
    }
    if (stride !== 1 || inChannels !== channels) throw notResNet(`${name}.downsample.0.weight is missing`);
    return { name, convs };
  }

  private conv(name: string, norm: string, inChannels: number, stride: number): ConvLayer {
    const shape = this.shape(`${name}.weight`, 4);
    const [outChannels, groupChannels, kernel, width] = shape as [number, number, number, number];
    const groups = inChannels / groupChannels;
    if (!Number.isInteger(groups) || outChannels % groups !== 0 || kernel !== width || kernel % 2 === 0) {
      throw notResNet(
        `${name}.weight has the shape [${shape.join(', ')}], which does not fit its ${inChannels} input channels`,
      );
    }
    for (const part of NORM_PARTS) {
      const [size] = this.shape(`${norm}.${part}`, 1);
      if (size !== outChannels)
        throw notResNet(`${norm}.${part} has ${size} entries; allowed: ${outChannels}`);
    }
    this.used.add(`${norm}.num_batches_tracked`); // a training counter
    return { name, norm, inChannels, outChannels, kernel, stride, groups };
  }

  private head(inChannels: number): LinearHead {
    const heads = [...this.tensors.keys()].filter((key) => /^fc(\.\d+)*\.weight$/.test(key));
    if (heads.length !== 1) {
      throw notResNet(
        `its head has ${heads.length} layers (${heads.join(', ') || 'no fc.weight'}); allowed: global average pooling and ` +
          'one linear layer, for which Grad-CAM has a closed form',
      );
    }
    const name = heads[0]!.slice(0, -'.weight'.length);
    const [classes, channels] = this.shape(`${name}.weight`, 2) as [number, number];
    if (channels !== inChannels) {
      throw notResNet(`${name}.weight takes ${channels} channels, but the last block has ${inChannels}`);
    }
    const hasBias = this.tensors.has(`${name}.bias`);
    if (hasBias && this.shape(`${name}.bias`, 1)[0] !== classes) {
      throw notResNet(`${name}.bias does not have ${classes} entries`);
    }
    return { name, inChannels, classes, hasBias };
  }

  private shape(name: string, axes: number): readonly number[] {
    const tensor = this.tensors.get(name);
    if (tensor === undefined) throw notResNet(`${name} is missing`);
    if (tensor.shape.length !== axes || tensor.shape.some((size) => size < 1)) {
      throw notResNet(
        `${name} has the shape [${tensor.shape.join(', ')}]; allowed: ${axes} axes, none empty`,
      );
    }
    this.used.add(name);
    return tensor.shape;
  }

  private checkLeftovers(): void {
    const left = [...this.tensors.keys()].filter((key) => !this.used.has(key));
    if (left.length > 0)
      throw notResNet(`${left.length} entries have no place in one: ${describeValue(left)}`);
  }
}

function notResNet(problem: string): SurgicamError {
  return new SurgicamError(
    'invalid_argument',
    `the checkpoint is not a ResNet-18, 34, 50, 101 or 152 as torchvision names its layers: ${problem}`,
  );
}
