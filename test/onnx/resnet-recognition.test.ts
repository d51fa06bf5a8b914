import { describe, expect, it } from '@jest/globals';
import { resNetStructure } from '../../src/onnx/random-resnet.js';
import { recognizeResNet } from '../../src/onnx/resnet-recognition.js';
import type { ResNetDepth } from '../../src/onnx/resnet-structure.js';
import { convLayers } from '../fixtures/small-resnet.js';

type Shapes = Map<string, { shape: readonly number[] }>;

function shapesOf(options: Parameters<typeof resNetStructure>[0], head = 'fc'): Shapes {
  const structure = resNetStructure(options);
  const shapes: Shapes = new Map();
  for (const { name, norm, inChannels, outChannels, kernel, groups } of convLayers(structure)) {
    shapes.set(`${name}.weight`, { shape: [outChannels, inChannels / groups, kernel, kernel] });
    for (const part of ['weight', 'bias', 'running_mean', 'running_var']) {
      shapes.set(`${norm}.${part}`, { shape: [outChannels] });
    }
    shapes.set(`${norm}.num_batches_tracked`, { shape: [] });
  }
  shapes.set(`${head}.weight`, { shape: [options.classes, structure.head.inChannels] });
  shapes.set(`${head}.bias`, { shape: [options.classes] });
  return shapes;
}

function resNet50(): Shapes {
  return shapesOf({ depth: 50, classes: 11, width: 16, bottleneckWidth: 4 });
}

describe('networks that are recognised', () => {
  const cases = ([18, 34, 50, 101, 152] as ResNetDepth[]).flatMap((depth) =>
    [64, 8].map((width) => ({ depth, width, classes: 9 })),
  );
  it.each(cases)('ResNet-$depth of width $width', (options) => {
    expect(recognizeResNet(shapesOf(options))).toEqual(resNetStructure(options));
  });

  it('a ResNet-50 with narrow bottlenecks only', () => {
    const options = { depth: 50, classes: 11, width: 64, bottleneckWidth: 8 } as const;
    const structure = recognizeResNet(shapesOf(options));
    expect(structure).toEqual(resNetStructure(options));
    expect(structure.head).toEqual({ name: 'fc', inChannels: 2048, classes: 11, hasBias: true });
  });

  it('a head behind a dropout, and one without bias', () => {
    const dropout = shapesOf({ depth: 18, classes: 9, width: 8 }, 'fc.1');
    expect(recognizeResNet(dropout).head.name).toBe('fc.1');
    dropout.delete('fc.1.bias');
    expect(recognizeResNet(dropout).head.hasBias).toBe(false);
  });

  it('strides where torchvision has them: in the 3 x 3 convolution of a bottleneck', () => {
    const { stages } = recognizeResNet(resNet50());
    expect(stages[0]![0]!.convs.map(({ stride }) => stride)).toEqual([1, 1, 1]);
    expect(stages[1]![0]!.convs.map(({ stride }) => stride)).toEqual([1, 2, 1]);
    expect(stages[1]![0]!.downsample!.stride).toBe(2);
    expect(stages[1]![1]!.convs.map(({ stride }) => stride)).toEqual([1, 1, 1]);
  });

  it('grouped convolutions, under their own name', () => {
    const shapes = resNet50();
    for (const [name, { shape }] of shapes) {
      const [out, group] = shape as [number, number];
      if (name.endsWith('.conv2.weight')) shapes.set(name, { shape: [out, group / 2, 3, 3] });
    }
    const structure = recognizeResNet(shapes);
    expect(structure.family).toBe('ResNeXt-50');
    expect(structure.stages[3]![0]!.convs.map(({ groups }) => groups)).toEqual([1, 2, 1]);
  });
});

describe('networks that are refused', () => {
  const set =
    (name: string, ...shape: number[]) =>
    (shapes: Shapes) =>
      void shapes.set(name, { shape });
  const remove = (name: string) => (shapes: Shapes) => void shapes.delete(name);
  it.each<readonly [string, (shapes: Shapes) => void, string]>([
    ['a missing weight', remove('layer2.1.conv3.weight'), 'layer2.1.conv3.weight is missing'],
    ['a missing batch norm', remove('layer4.0.bn2.running_var'), 'layer4.0.bn2.running_var is missing'],
    ['a missing shortcut', remove('layer3.0.downsample.0.weight'), 'layer3.0.downsample.0.weight is missing'],
    [
      'a missing stage',
      remove('layer1.0.conv1.weight'),
      '[0, 4, 6, 3] bottleneck blocks; allowed: [3, 4, 6, 3] (ResNet-50)',
    ],
    ['another stem', set('conv1.weight', 16, 3, 3, 3), 'conv1 has a 3 x 3 kernel'],
    ['grey frames', set('conv1.weight', 16, 1, 2, 7), 'conv1.weight has the shape [16, 1, 2, 7]'],
    [
      'channels that do not fit',
      set('layer1.1.conv1.weight', 4, 60, 1, 1),
      'does not fit its 64 input channels',
    ],
    ['a batch norm of another size', set('bn1.bias', 8), 'bn1.bias has 8 entries; allowed: 16'],
    [
      'a shortcut of another width',
      widenShortcut,
      'layer1.0.downsample.0 has 32 output channels; allowed: 64',
    ],
    [
      'extra layers',
      set('layer1.0.se.fc1.weight', 4, 64, 1, 1),
      '1 entries have no place in one: ["layer1.0.se.fc1.weight"]',
    ],
    ['a head of two layers', set('fc.2.weight', 11, 11), 'its head has 2 layers (fc.weight, fc.2.weight)'],
    ['no head', remove('fc.weight'), 'its head has 0 layers (no fc.weight)'],
    [
      'a head of another width',
      set('fc.weight', 11, 99),
      'fc.weight takes 99 channels, but the last block has 512',
    ],
    ['a bias of another width', set('fc.bias', 9), 'fc.bias does not have 11 entries'],
    ['empty tensors', set('fc.weight', 0, 512), 'fc.weight has the shape [0, 512]'],
  ])('%s', (_name, change, message) => {
    const shapes = resNet50();
    change(shapes);
    expect(() => recognizeResNet(shapes)).toThrow(message);
    expect(() => recognizeResNet(shapes)).toThrow('not a ResNet-18, 34, 50, 101 or 152');
  });
});

function widenShortcut(shapes: Shapes): void {
  shapes.set('layer1.0.downsample.0.weight', { shape: [32, 16, 1, 1] });
  for (const part of ['weight', 'bias', 'running_mean', 'running_var']) {
    shapes.set(`layer1.0.downsample.1.${part}`, { shape: [32] });
  }
}
