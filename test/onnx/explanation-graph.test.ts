import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { buildRandomResNet } from '../../src/onnx/random-resnet.js';
import { GraphRunner, type GraphTensor } from '../fixtures/graph-runner.js';
import { SMALL_INPUT } from '../fixtures/small-resnet.js';

const CLASSES = 5;
const CELLS = 2 * 3;
const { inputHeight, inputWidth } = SMALL_INPUT;

function frames(count: number): GraphTensor<Uint8Array> {
  const data = new Uint8Array(count * inputHeight * inputWidth * 3);
  for (let i = 0; i < data.length; i++) data[i] = (Math.imul(i, 2_654_435_761) >>> 24) ^ (i >> 9);
  return { data, shape: [count, inputHeight, inputWidth, 3] };
}

describe('a graph with SL-FE features (512 channels)', () => {
  let runner: GraphRunner;
  beforeAll(async () => {
    const graph = await buildRandomResNet({
      ...SMALL_INPUT,
      depth: 50,
      width: 32,
      bottleneckWidth: 4,
      classes: CLASSES,
    });
    expect(graph.featureMaps.at(-1)!.channels).toBe(1024);
    runner = new GraphRunner(graph.bytes);
  });
  afterAll(() => runner.close());

  it('takes any batch size and gives a frame the same results in any company', async () => {
    const alone = await runner.explain(
      { ...frames(1), shape: [1, inputHeight, inputWidth, 3] },
      CLASSES,
      0.3,
    );
    const three = await runner.explain(frames(3), CLASSES, 0.3);
    expect(Object.fromEntries(Object.entries(three).map(([name, { shape }]) => [name, shape]))).toEqual({
      logits: [3, CLASSES],
      gradcam: [3, CLASSES, 2, 3],
      slfe: [3, CLASSES, 512],
      slfe_cells: [3, CLASSES],
      layer2: [3, 256, 8, 12],
      layer3: [3, 512, 4, 6],
      layer4: [3, 1024, 2, 3],
    });
    for (const [name, { data }] of Object.entries(alone)) {
      const worst = Math.max(...data.map((value, i) => Math.abs(value - three[name]!.data[i]!)));
      expect(worst).toBeLessThan(1e-4);
    }
  });

  it('scales each Grad-CAM map of a frame to [0, 1]', async () => {
    const { gradcam } = await runner.explain(frames(2), CLASSES, 0.3);
    for (let map = 0; map < 2 * CLASSES; map++) {
      const values = gradcam!.data.subarray(map * CELLS, (map + 1) * CELLS);
      expect(Math.min(...values)).toBe(0);
      expect(Math.max(...values)).toBeLessThanOrEqual(1);
    }
    expect(Math.max(...gradcam!.data)).toBeGreaterThan(0.99);
  });

  it.each([0, 0.3, 0.9])(
    'pools the masked cells of two channels an entry, at T_roi %p',
    async (threshold) => {
      const { gradcam, layer4, slfe, slfe_cells } = await runner.explain(frames(2), CLASSES, threshold);
      for (let row = 0; row < 2 * CLASSES; row++) {
        const frame = Math.floor(row / CLASSES);
        const map = gradcam!.data.subarray(row * CELLS, (row + 1) * CELLS);
        const masked = [...map.keys()].filter((cell) => map[cell]! > threshold);
        expect(slfe_cells!.data[row]).toBe(masked.length);
        for (const entry of [0, 1, 255, 511]) {
          const values = [0, 1].flatMap((channel) =>
            masked.map((cell) => layer4!.data[(frame * 1024 + 2 * entry + channel) * CELLS + cell]!),
          );
          const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
          expect(slfe!.data[row * 512 + entry]).toBeCloseTo(masked.length === 0 ? 0 : mean, 4);
        }
      }
    },
  );

  it('gives zero cells and zeros, never NaN, where nothing is above the threshold', async () => {
    const { slfe, slfe_cells } = await runner.explain(frames(1), CLASSES, 1);
    expect(slfe_cells!.data.every((count) => count === 0)).toBe(true);
    expect(slfe!.data.every((value) => value === 0)).toBe(true);
  });

  it('takes a threshold of its own for every frame and class', async () => {
    const base = frames(2);
    const thresholds = new Float32Array(2 * CLASSES).fill(1);
    thresholds[CLASSES + 2] = 0.1;
    const feeds = { frames: base, roi_thresholds: { data: thresholds, shape: [2, CLASSES] } };
    const { slfe_cells } = await runner.run(feeds, ['slfe_cells']);
    const all = await runner.explain(base, CLASSES, 0.1);
    const expected = Array.from(all.slfe_cells!.data, (count, row) => (row === CLASSES + 2 ? count : 0));
    expect(Array.from(slfe_cells!.data)).toEqual(expected);
  });
});

describe('a graph whose channels do not pool to 512', () => {
  it('has no SL-FE outputs and no threshold input', async () => {
    const graph = await buildRandomResNet({ ...SMALL_INPUT, depth: 18, width: 8, classes: 2 });
    expect(graph.inputs).toEqual(['frames']);
    expect(graph.outputs).toEqual(['logits', 'gradcam', 'layer2', 'layer3', 'layer4']);
    const runner = new GraphRunner(graph.bytes);
    try {
      const { logits, gradcam } = await runner.run({ frames: frames(1) }, ['logits', 'gradcam']);
      expect(logits!.shape).toEqual([1, 2]);
      expect(gradcam!.shape).toEqual([1, 2, 2, 3]);
    } finally {
      await runner.close();
    }
  });
});
