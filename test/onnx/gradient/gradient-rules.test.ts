import { describe, expect, it } from '@jest/globals';
import { deriveGradientGraph } from '../../../src/onnx/gradient/derive-gradient-graph.js';
import type { GraphEditor } from '../../../src/onnx/graph-editor.js';
import { GraphRunner } from '../../fixtures/graph-runner.js';
import { LAYER_CLASSES, backGraph, layerGraph, on, type LayerGraph } from '../../fixtures/layer-graph.js';
import { noise } from '../../fixtures/noise.js';

const SHAPE = [2, 4, 5];
const SIZE = 40;
const STEP = 1e-2;

/** Odd multiples of 1/60: compared with STEP far from each other and from multiples of 1/30, where the kinks are. */
const VALUES = Float32Array.from({ length: SIZE }, (_, i) => (((i * 17) % SIZE) - 4.5) / 30);

const centred = (length: number, seed: number): Float32Array =>
  noise(length, seed).map((value) => value - 0.5);
const weights = (editor: GraphEditor, ...shape: number[]): string =>
  editor.floats(
    'weights',
    shape,
    centred(
      shape.reduce((a, b) => a * b),
      3,
    ),
  );
const positive = (editor: GraphEditor): string =>
  editor.node('Add', 'positive', ['layer', editor.scalar('one', 1)]);

type Case = readonly [
  name: string,
  opset: number,
  features: number,
  back: LayerGraph['back'],
  free?: boolean,
];

const CASES: readonly Case[] = [
  ['Gelu', 20, SIZE, on('Gelu')],
  [
    'Identity and Dropout',
    13,
    SIZE,
    (e) => e.node('Dropout', 'drop', [e.node('Identity', 'same', ['layer'])]),
  ],
  ['Reciprocal', 13, SIZE, (e) => e.node('Reciprocal', 'inverse', [positive(e)])],
  ['Log', 22, SIZE, (e) => e.node('Log', 'log', [positive(e)])],
  ['Softmax along the last axis', 11, SIZE, on('Softmax', { axis: 3 })],
  ['Softmax along the channels', 13, SIZE, on('Softmax', { axis: 1 })],
  [
    'Clip by two constants',
    22,
    SIZE,
    (e) => e.node('Clip', 'clip', ['layer', e.scalar('low', 0.1), e.scalar('high', 0.7)]),
  ],
  ['Clip from above only', 13, SIZE, (e) => e.node('Clip', 'clip', ['layer', '', e.scalar('high', 22 / 30)])],
  ['HardSigmoid', 22, SIZE, on('HardSigmoid', { alpha: { float: 0.75 }, beta: { float: 0.1 } })],
  [
    'HardSwish',
    14,
    SIZE,
    (e) => e.node('HardSwish', 'y', [e.node('Mul', 'wide', ['layer', e.scalar('five', 5)])]),
  ],
  [
    'Where',
    13,
    SIZE,
    (e) => {
      const isSmall = e.node('Less', 'small', ['layer', e.scalar('bound', 0.4)]);
      return e.node('Where', 'chosen', [isSmall, e.node('Tanh', 'tanh', ['layer']), 'layer']);
    },
  ],
  ['ReduceMean, axes as attribute', 17, 10, on('ReduceMean', { axes: [-2], keepdims: 0 })],
  ['ReduceMean, axes as input', 18, 10, on('ReduceMean', { keepdims: 0 }, [[2]])],
  ['ReduceSum, axes as attribute', 11, 8, on('ReduceSum', { axes: [3], keepdims: 0 })],
  ['ReduceSum, axes as input', 13, 2, on('ReduceSum', { keepdims: 1 }, [[2, 3]])],
  ['ReduceMax, axes as attribute', 12, 8, on('ReduceMax', { axes: [-1], keepdims: 0 })],
  ['ReduceMax, axes as input', 20, 2, on('ReduceMax', { keepdims: 0 }, [[-1, -2]])],
  [
    'Unsqueeze and Squeeze, axes as attribute',
    11,
    SIZE,
    (e) => e.node('Squeeze', 's', [e.node('Unsqueeze', 'u', ['layer'], { axes: [1] })], { axes: [1] }),
  ],
  [
    'Unsqueeze and Squeeze, axes as input',
    21,
    SIZE,
    (e) => {
      const axes = e.integers('axes', [1]);
      return e.node('Squeeze', 's', [e.node('Unsqueeze', 'u', ['layer', axes]), axes]);
    },
  ],
  ['Pad', 18, 72, on('Pad', {}, [[0, 0, 1, 0, 0, 0, 1, 1]])],
  [
    'Slice',
    13,
    12,
    on('Slice', {}, [
      [1, -3],
      [3, 9],
      [2, 3],
    ]),
  ],
  [
    'Transpose without perm',
    13,
    SIZE,
    (e) =>
      e.node('Transpose', 'back', [
        e.node('Mul', 'm', [e.node('Transpose', 'turned', ['layer']), weights(e, 5, 1, 2, 1)]),
      ]),
  ],
  [
    'Gemm with alpha, beta and a bias that varies',
    13,
    3,
    (e) => {
      const flat = e.node('Reshape', 'rows', ['layer', e.integers('shape', [-1, SIZE])]);
      const bias = e.node('Tanh', 'bias', [
        e.node('Slice', 'part', [flat, e.integers('a', [3]), e.integers('b', [6]), e.integers('axis', [1])]),
      ]);
      return e.node('Gemm', 'gemm', [flat, weights(e, SIZE, 3), bias], {
        alpha: { float: 0.5 },
        beta: { float: 2 },
      });
    },
  ],
  [
    'MatMul of two tensors that vary',
    13,
    2 * 4 * 4,
    (e) =>
      e.node('MatMul', 'product', [
        'layer',
        e.node('Transpose', 'turned', ['layer'], { perm: [0, 1, 3, 2] }),
      ]),
  ],
  [
    'MatMul with a constant on the left',
    13,
    2 * 3 * 5,
    (e) => e.node('MatMul', 'product', [weights(e, 3, 4), 'layer']),
  ],
  [
    'Conv with auto_pad',
    11,
    3 * 2 * 3,
    (e) =>
      e.node('Conv', 'conv', ['layer', weights(e, 3, 2, 3, 3)], { auto_pad: 'SAME_UPPER', strides: [2, 2] }),
  ],
  [
    'Conv, size unknown',
    13,
    3 * 2 * 3,
    (e) => e.node('Conv', 'conv', ['layer', weights(e, 3, 2, 3, 3)], { strides: [2, 2], pads: [1, 1, 1, 1] }),
    true,
  ],
  [
    'AveragePool',
    19,
    2 * 2 * 2,
    on('AveragePool', { kernel_shape: [3, 3], strides: [2, 2], pads: [0, 0, 1, 1] }),
  ],
  ['MaxPool', 12, 2 * 3 * 3, on('MaxPool', { kernel_shape: [2, 3], strides: [2, 2], pads: [1, 1, 1, 1] })],
  ['GlobalMaxPool', 22, 2, on('GlobalMaxPool')],
  [
    'sizes found at run time: broadcasting',
    13,
    SIZE,
    (e) => {
      const mean = e.node('GlobalAveragePool', 'mean', ['layer']);
      const top = e.node('ReduceMax', 'top', ['layer'], { axes: [2], keepdims: 1 });
      return e.node('Add', 'sum', [e.node('Mul', 'product', ['layer', mean]), top]);
    },
    true,
  ],
  [
    'sizes found at run time: joined',
    13,
    2 * SIZE,
    (e) => e.node('Concat', 'joined', ['layer', e.node('Relu', 'relu', ['layer'])], { axis: -1 }),
    true,
  ],
  [
    'InstanceNormalization',
    13,
    SIZE,
    (e) =>
      e.node('InstanceNormalization', 'norm', ['layer', weights(e, 2), e.floats('bias', [2], centred(2, 1))]),
  ],
  [
    'LayerNormalization counted from the front',
    17,
    SIZE,
    (e) => e.node('LayerNormalization', 'norm', ['layer', weights(e, 4, 5)], { axis: 2 }),
  ],
  [
    'BatchNormalization',
    15,
    SIZE,
    (e) => {
      const [mean, variance] = [e.floats('mean', [2], centred(2, 1)), e.floats('variance', [2], noise(2, 2))];
      return e.node('BatchNormalization', 'norm', ['layer', weights(e, 2), mean, mean, variance], {
        epsilon: { float: 0.1 },
      });
    },
  ],
  [
    'Pow, Exp, Sqrt, Erf and Softplus',
    13,
    SIZE,
    (e) => {
      const power = e.node('Pow', 'power', [positive(e), e.scalar('exponent', 1.5)]);
      const exp = e.node('Exp', 'exp', [e.node('Erf', 'erf', ['layer'])]);
      return e.node('Div', 'ratio', [e.node('Sqrt', 'sqrt', [power]), e.node('Softplus', 'soft', [exp])]);
    },
  ],
];

describe('gradient rules, against differences of the graph itself', () => {
  it.each(CASES)('%s (opset %i)', async (_name, opset, features, back, free = false) => {
    const axes = free ? ['N', 'C', 'H', 'W'] : ['N', ...SHAPE];
    const graph = { opset, axes, features, back };
    const expected = await differences(backGraph(graph));
    const derived = new GraphRunner(deriveGradientGraph(layerGraph(graph), 'layer'));
    try {
      const activation = new Float32Array(LAYER_CLASSES * SIZE);
      const seeds = new Float32Array(LAYER_CLASSES * LAYER_CLASSES);
      for (let k = 0; k < LAYER_CLASSES; k++) {
        activation.set(VALUES, k * SIZE);
        seeds[k * LAYER_CLASSES + k] = 1;
      }
      const { gradient } = await derived.run({
        activation: { data: activation, shape: [LAYER_CLASSES, ...SHAPE] },
        seeds: { data: seeds, shape: [LAYER_CLASSES, LAYER_CLASSES] },
      });
      expect(gradient!.shape).toEqual([LAYER_CLASSES, ...SHAPE]);
      const scale = Math.max(...expected.map(Math.abs));
      expect(scale).toBeGreaterThan(0);
      const worst = Math.max(...expected.map((value, i) => Math.abs(value - gradient!.data[i]!)));
      expect(worst / scale).toBeLessThan(3e-3);
    } finally {
      await derived.close();
    }
  });
});

/** d logit k / d element, central differences of all elements in one run: [K, elements]. */
async function differences(back: Uint8Array): Promise<number[]> {
  const runner = new GraphRunner(back);
  try {
    const rows = new Float32Array(2 * SIZE * SIZE);
    for (let row = 0; row < 2 * SIZE; row++) {
      rows.set(VALUES, row * SIZE);
      rows[row * SIZE + (row % SIZE)]! += row < SIZE ? STEP : -STEP;
    }
    const layer = { data: rows, shape: [2 * SIZE, ...SHAPE] };
    const { logits } = await runner.run({ layer });
    const at = (row: number, k: number): number => logits!.data[row * LAYER_CLASSES + k]!;
    return Array.from({ length: LAYER_CLASSES * SIZE }, (_, i) => {
      const [k, element] = [Math.floor(i / SIZE), i % SIZE];
      return (at(element, k) - at(element + SIZE, k)) / (2 * STEP);
    });
  } finally {
    await runner.close();
  }
}
