import { beforeAll, expect, it } from '@jest/globals';
import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { promisify } from 'node:util';
import { importCheckpoint } from '../../src/onnx/import-checkpoint.js';
import { GraphRunner } from '../fixtures/graph-runner.js';
import { PROJECT_ROOT, PYTHON, describeWith } from '../fixtures/requirements.js';
import { SMALL_INPUT } from '../fixtures/small-resnet.js';
import { temporaryFolder } from '../fixtures/temporary-folder.js';

const SCRIPT = path.join(PROJECT_ROOT, 'test', 'fixtures', 'torch-reference.py');
const FRAMES = 2;

describeWith(
  'python-torch',
  'checkpoints saved by PyTorch, against its own forward and backward pass',
  () => {
    const folder = temporaryFolder();

    // Importing torch and building seven networks takes a while on a loaded machine.
    beforeAll(() => promisify(execFile)(PYTHON, [SCRIPT, folder]), 300_000);

    it.each([
      ['resnet18', 4, 'ResNet-18', 512],
      ['resnet34', 3, 'ResNet-34', 512],
      ['resnet50', 9, 'ResNet-50', 2048],
      ['resnet50-training', 11, 'ResNet-50', 2048],
      ['resnet101', 5, 'ResNet-101', 2048],
      ['resnet152', 2, 'ResNet-152', 2048],
      ['resnext50', 3, 'ResNeXt-50', 2048],
    ])('%s', async (name, count, architecture, channels) => {
      const classes = Array.from({ length: count }, (_, index) => `class_${index}`);
      const graph = await importCheckpoint(path.join(folder, `${name}.pth.tar`), { ...SMALL_INPUT, classes });
      expect(graph.architecture).toBe(architecture);
      expect(graph.featureMaps.at(-1)).toEqual({ name: 'layer4', channels, height: 2, width: 3 });

      const runner = new GraphRunner(graph.bytes);
      try {
        const data = Uint8Array.from(readFileSync(path.join(folder, `${name}.frames.u8`)));
        const frames = { data, shape: [FRAMES, SMALL_INPUT.inputHeight, SMALL_INPUT.inputWidth, 3] };
        const { logits, gradcam } = await runner.explain(frames, count, 0.3);
        expectClose(logits!.data, numbers(folder, `${name}.logits.f32`), 1e-4);
        expectClose(gradcam!.data, numbers(folder, `${name}.gradcam.f32`), 1e-3);
        expect(gradcam!.shape).toEqual([FRAMES, count, 2, 3]);
      } finally {
        await runner.close();
      }
    });
  },
);

function numbers(folder: string, file: string): Float32Array {
  return new Float32Array(Uint8Array.from(readFileSync(path.join(folder, file))).buffer);
}

/** Relative to the largest entry, which float32 sums in another order leave comparable. */
function expectClose(actual: Float32Array, expected: Float32Array, tolerance: number): void {
  expect(actual).toHaveLength(expected.length);
  const scale = Math.max(...expected.map(Math.abs));
  expect(scale).toBeGreaterThan(0);
  const worst = Math.max(...expected.map((value, i) => Math.abs(value - actual[i]!)));
  expect(worst / scale).toBeLessThan(tolerance);
}
