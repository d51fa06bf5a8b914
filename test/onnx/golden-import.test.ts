import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { importCheckpoint } from '../../src/onnx/import-checkpoint.js';
import {
  GOLDEN_CLASSES,
  goldenCheckpoint,
  goldenIndex,
  goldenPixels,
  goldenValues,
} from '../fixtures/golden.js';
import { GraphRunner } from '../fixtures/graph-runner.js';
import { largestDifference } from '../fixtures/largest-difference.js';
import { describeWith } from '../fixtures/requirements.js';

const CELLS = 8 * 10;
const FEATURE = 512;

describeWith('shared', 'the golden checkpoint, imported', () => {
  const index = goldenIndex();
  let runner: GraphRunner;

  beforeAll(async () => {
    const [inputHeight, inputWidth] = index.inputSize;
    const { mean, std } = index;
    const options = { classes: GOLDEN_CLASSES, inputWidth, inputHeight, mean, std };
    const graph = await importCheckpoint(goldenCheckpoint(), options);
    expect(graph.architecture).toBe('ResNet-50');
    expect(graph.featureMaps.map(({ channels, height, width }) => [channels, height, width])).toEqual([
      [512, 32, 40],
      [1024, 16, 20],
      [2048, 8, 10],
    ]);
    runner = new GraphRunner(graph.bytes);
  });

  afterAll(() => runner.close());

  it.each(index.frames.map((frame) => [frame.frame, frame] as const))('%s', async (name, frame) => {
    const pixels = { data: await goldenPixels(name), shape: [1, ...index.inputSize, 3] };
    const results = await runner.explain(pixels, GOLDEN_CLASSES.length, index.roiThreshold);
    const { logits, gradcam, slfe, slfe_cells } = results;

    expect(largestDifference(logits!.data, frame.logits)).toBeLessThan(1e-3);

    const heatmaps = goldenValues(`${name}.gradcam_native`);
    const features = goldenValues(`${name}.slfe_512`);
    expect(heatmaps).toHaveLength(frame.present.length * CELLS);
    expect(features).toHaveLength(frame.present.length * FEATURE);
    frame.present.forEach((classId, row) => {
      const heatmap = heatmaps.subarray(row * CELLS, (row + 1) * CELLS);
      expect(largestDifference(rowOf(gradcam!.data, classId, CELLS), heatmap)).toBeLessThan(1e-3);
      const cells = heatmap.filter((value) => value > index.roiThreshold).length;
      expect(slfe_cells!.data[classId]).toBe(cells);

      const feature = features.subarray(row * FEATURE, (row + 1) * FEATURE);
      const scale = Math.max(...feature.map(Math.abs));
      expect(largestDifference(rowOf(slfe!.data, classId, FEATURE), feature) / scale).toBeLessThan(1e-3);
    });
  });
});

function rowOf(values: Float32Array, row: number, length: number): Float32Array {
  return values.subarray(row * length, (row + 1) * length);
}
