import { beforeAll, expect, it } from '@jest/globals';
import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { promisify } from 'node:util';
import { deriveGradientGraph } from '../../../src/onnx/gradient/derive-gradient-graph.js';
import { writeClassGradients } from '../../../src/onnx/gradient/write-class-gradients.js';
import { GraphEditor } from '../../../src/onnx/graph-editor.js';
import { readGraph } from '../../../src/onnx/graph-view.js';
import { GraphRunner } from '../../fixtures/graph-runner.js';
import { PROJECT_ROOT, PYTHON, describeWith } from '../../fixtures/requirements.js';
import { temporaryFolder } from '../../fixtures/temporary-folder.js';

const SCRIPT = path.join(PROJECT_ROOT, 'test', 'fixtures', 'torch-gradients.py');

interface Shapes {
  readonly x: readonly number[];
  readonly layer: readonly number[];
  readonly logits: readonly number[];
}

const NETWORKS = [
  'residual',
  'dense',
  'inception',
  'squeeze-excite',
  'vgg',
  'convnext',
  'convnext-13',
  'attention',
  'functions',
  'functions-11',
  'pools',
  'norms',
  'mobilenet',
  'shufflenet',
  'squeezenet',
];

describeWith('python-torch', 'gradients of exported networks, against autograd', () => {
  const folder = temporaryFolder();
  const numbers = (file: string): Float32Array =>
    new Float32Array(Uint8Array.from(readFileSync(path.join(folder, file))).buffer);
  const shapesOf = (name: string): Shapes =>
    JSON.parse(readFileSync(path.join(folder, `${name}.json`), 'utf8')) as Shapes;

  beforeAll(() => promisify(execFile)(PYTHON, [SCRIPT, folder]), 300_000);

  it.each(NETWORKS)('%s: a graph of the layer alone', async (name) => {
    const { layer, logits } = shapesOf(name);
    const [frames, classes] = [logits[0]!, logits[1]!];
    const graph = deriveGradientGraph(readFileSync(path.join(folder, `${name}.onnx`)), 'layer');
    const value = numbers(`${name}.layer.f32`);
    const size = value.length / frames;
    // One row for each frame and class, the classes of a frame side by side.
    const activation = new Float32Array(frames * classes * size);
    const seeds = new Float32Array(frames * classes * classes);
    for (let row = 0; row < frames * classes; row++) {
      const frame = Math.floor(row / classes);
      activation.set(value.subarray(frame * size, (frame + 1) * size), row * size);
      seeds[row * classes + (row % classes)] = 1;
    }
    const rows = frames * classes;
    const runner = new GraphRunner(graph);
    try {
      const { gradient } = await runner.run({
        activation: { data: activation, shape: [rows, ...layer.slice(1)] },
        seeds: { data: seeds, shape: [rows, classes] },
      });
      expect(gradient!.shape).toEqual([rows, ...layer.slice(1)]);
      expectClose(gradient!.data, numbers(`${name}.gradient.f32`), 1e-4);
    } finally {
      await runner.close();
    }
  });

  it.each(NETWORKS)('%s: all classes in the whole graph', async (name) => {
    const { x, layer, logits } = shapesOf(name);
    const [frames, classes] = [logits[0]!, logits[1]!];
    const bytes = readFileSync(path.join(folder, `${name}.onnx`));
    const editor = GraphEditor.open(bytes);
    const gradients = writeClassGradients(editor, readGraph(bytes), {
      activation: 'layer',
      logits: 'logits',
      classes,
    });
    editor.removeOutputs();
    editor.output(gradients, 'float32', ['rows', ...layer.slice(1)]);
    const runner = new GraphRunner(editor.finish({ prune: true }));
    try {
      const results = await runner.run({ x: { data: numbers(`${name}.x.f32`), shape: x } });
      expect(results[gradients]!.shape).toEqual([frames * classes, ...layer.slice(1)]);
      expectClose(results[gradients]!.data, numbers(`${name}.gradient.f32`), 1e-4);
    } finally {
      await runner.close();
    }
  });
});

/** Relative to the largest entry, which float32 sums in another order leave comparable. */
function expectClose(actual: Float32Array, expected: Float32Array, tolerance: number): void {
  expect(actual).toHaveLength(expected.length);
  const scale = expected.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
  expect(scale).toBeGreaterThan(0);
  const worst = expected.reduce((most, value, i) => Math.max(most, Math.abs(value - actual[i]!)), 0);
  expect(worst / scale).toBeLessThan(tolerance);
}
