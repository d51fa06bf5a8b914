import { describe, expect, it } from '@jest/globals';
import { deriveGradientGraph } from '../../../src/onnx/gradient/derive-gradient-graph.js';
import { GRADIENT_RULES } from '../../../src/onnx/gradient/gradient-rules.js';
import type { GraphEditor } from '../../../src/onnx/graph-editor.js';
import { HEAD_GRADIENT } from '../../../src/onnx/graph-names.js';
import { floatsOf, readGraph } from '../../../src/onnx/graph-view.js';
import { buildRandomResNet } from '../../../src/onnx/random-resnet.js';
import { GraphRunner } from '../../fixtures/graph-runner.js';
import { layerGraph, on, type LayerGraph } from '../../fixtures/layer-graph.js';
import { noise } from '../../fixtures/noise.js';
import { SMALL_INPUT } from '../../fixtures/small-resnet.js';

const SHAPE = [2, 4, 5];
const SIZE = 40;

describe('gradients of a ResNet', () => {
  const classes = 3;

  it.each(['layer4', 'layer3', 'layer2'])('%s', async (layer) => {
    const model = await buildRandomResNet({ ...SMALL_INPUT, depth: 18, width: 8, classes });
    const { channels, height, width } = model.featureMaps.find(({ name }) => name === layer)!;
    const size = channels * height * width;
    const value = noise(size, 7);
    const activation = new Float32Array(2 * size);
    for (const row of [0, 1]) activation.set(value, row * size);
    const runner = new GraphRunner(deriveGradientGraph(model.bytes, layer));
    try {
      const { gradient } = await runner.run({
        activation: { data: activation, shape: [2, channels, height, width] },
        // Class 2, and half of it: the gradient is linear in the seed.
        seeds: { data: Float32Array.of(0, 0, 1, 0, 0, 0.5), shape: [2, classes] },
      });
      expect(gradient!.shape).toEqual([2, channels, height, width]);
      const [whole, half] = [gradient!.data.subarray(0, size), gradient!.data.subarray(size)];
      const scale = whole.reduce((most, entry) => Math.max(most, Math.abs(entry)), 0);
      expect(scale).toBeGreaterThan(0);
      whole.forEach((entry, i) => expect(Math.abs(half[i]! - entry / 2) / scale).toBeLessThan(1e-5));
      if (layer === 'layer4') {
        const head = floatsOf(readGraph(model.bytes).constant(HEAD_GRADIENT)!).subarray(2 * channels);
        whole.forEach((entry, i) =>
          expect(Math.abs(entry - head[Math.floor(i / (height * width))]!) / scale).toBeLessThan(1e-6),
        );
      }
    } finally {
      await runner.close();
    }
  });
});

describe('what is refused', () => {
  const derive =
    (opset: number, features: number, back: LayerGraph['back'], free = false) =>
    () =>
      deriveGradientGraph(
        layerGraph({ opset, features, back, axes: free ? ['N', 'C', 'H', 'W'] : ['N', ...SHAPE] }),
        'layer',
      );

  it('names the operator, the node and what is supported', () => {
    expect(derive(13, SIZE, on('CumSum', {}, [[2]]))).toThrow(
      /gradient through operator 'CumSum' \(node 'node'\) is not known: supported: Abs, Add, AveragePool.*; choose a later --target-layer/,
    );
  });

  it.each<[string, number, LayerGraph['back'], RegExp, boolean?]>([
    [
      'weights that vary',
      13,
      (e) =>
        e.node('Conv', 'conv', [
          'layer',
          e.node('Slice', 'w', ['layer', e.integers('a', [0]), e.integers('b', [1])]),
        ]),
      /'Conv' \(node 'conv'\).*weights must be constant/,
    ],
    [
      'broadcasting that opset 11 cannot undo',
      11,
      (e) =>
        e.node('Mul', 'm', [
          'layer',
          e.node('Slice', 'part', ['layer', e.integers('a', [0]), e.integers('b', [1])]),
        ]),
      /opset 13 or later/,
      true,
    ],
    ['steps of a slice', 13, on('Slice', {}, [[0], [4], [2], [2]]), /its steps must be 1/],
    ['a sum over everything', 13, on('ReduceSum'), /its axes must be given/],
    ['reflection', 13, on('Pad', { mode: 'reflect' }, [[0, 0, 1, 1, 0, 0, 1, 1]]), /mode must be 'constant'/],
    [
      'pooling of an unknown size',
      13,
      on('MaxPool', { kernel_shape: [2, 2] }),
      /known height and width/,
      true,
    ],
  ])('%s', (_name, opset, back, message, free = false) => {
    expect(derive(opset, SIZE, back, free)).toThrow(message);
  });

  it('a layer that the logits go past, or that is not there', () => {
    expect(derive(13, SIZE, (e) => e.node('Add', 'skip', ['layer', 'x']))).toThrow(
      /do not depend on 'layer' alone: 'x' goes past it into the Add node 'skip'/,
    );
    expect(derive(13, SIZE, (e) => e.node('Tanh', 'other', ['x']))).toThrow(/does not depend on/);
    const graph = layerGraph({ opset: 13, axes: ['N', ...SHAPE], features: SIZE, back: on('Relu') });
    expect(() => deriveGradientGraph(graph, 'layer7')).toThrow(/layer is "layer7"; allowed: logits, layer/);
  });
});

describe('the graph of a gradient', () => {
  it('holds nothing of the network before the layer, and keeps clear of names that are taken', () => {
    const back = (e: GraphEditor): string =>
      e.node('Relu', 'activation', [e.node('Tanh', 'gradient', ['layer'])]);
    const model = layerGraph({ opset: 13, axes: ['N', ...SHAPE], features: SIZE, back });
    const { graph } = readGraph(deriveGradientGraph(model, 'layer'));
    expect(graph.input!.map(({ name }) => name)).toEqual(['activation', 'seeds']);
    expect(graph.output!.map(({ name }) => name)).toEqual(['gradient']);
    const produced = graph.node!.flatMap(({ output }) => output!);
    expect(new Set(produced).size).toBe(produced.length);
    expect(graph.initializer!.map(({ name }) => name)).not.toContain('two');
  });

  it('knows the operators of common classifiers', () => {
    for (const operator of ['Conv', 'Relu', 'Gemm', 'MaxPool', 'HardSwish', 'LayerNormalization', 'Concat']) {
      expect(GRADIENT_RULES.has(operator)).toBe(true);
    }
  });
});
