import { describe, expect, test } from '@jest/globals';
import { writePixelCells } from '../../../src/onnx/quantize/pixel-cells.js';
import { buildRandomResNet } from '../../../src/onnx/random-resnet.js';
import { GraphRunner } from '../../fixtures/graph-runner.js';
import { SMALL_INPUT } from '../../fixtures/small-resnet.js';

const { inputHeight, inputWidth } = SMALL_INPUT;

async function mapOf(graph: Uint8Array, pixels: Uint8Array, batch: number): Promise<Float32Array> {
  const runner = new GraphRunner(graph);
  try {
    const frames = { data: pixels, shape: [batch, inputHeight, inputWidth, 3] };
    return (await runner.run({ frames }, ['layer2'])).layer2!.data;
  } finally {
    await runner.close();
  }
}

describe('writePixelCells', () => {
  const pixels = Uint8Array.from(
    { length: 2 * inputHeight * inputWidth * 3 },
    (_, i) => (i * 37 + (i >> 9)) % 251,
  );

  test('the first convolution on cells of bytes is the one on normalised pixels', async () => {
    // Means of whole bytes: then the border is exact, too.
    const mean = [102 / 255, 51 / 255, 204 / 255] as const;
    const { bytes } = await buildRandomResNet({ ...SMALL_INPUT, mean, depth: 18, width: 8, classes: 3 });
    const cells = writePixelCells(bytes);
    expect(cells).not.toBe(bytes);
    const [expected, actual] = [await mapOf(bytes, pixels, 2), await mapOf(cells, pixels, 2)];
    const largest = expected.reduce((most, value) => Math.max(most, value), 0);
    expected.forEach((value, i) => expect(Math.abs(actual[i]! - value) / largest).toBeLessThan(1e-5));
  });

  test('a mean between bytes makes the border that much different, and nothing else', async () => {
    const { bytes } = await buildRandomResNet({ ...SMALL_INPUT, depth: 18, width: 8, classes: 3 });
    const [expected, actual] = [
      await mapOf(bytes, pixels, 2),
      await mapOf(writePixelCells(bytes), pixels, 2),
    ];
    const largest = expected.reduce((most, value) => Math.max(most, value), 0);
    const worst = expected.reduce((most, value, i) => Math.max(most, Math.abs(actual[i]! - value)), 0);
    expect(worst / largest).toBeLessThan(0.005);
  });

  test('leaves a network of odd size as it is', async () => {
    const { bytes } = await buildRandomResNet({
      ...SMALL_INPUT,
      inputWidth: 97,
      depth: 18,
      width: 8,
      classes: 3,
    });
    expect(writePixelCells(bytes)).toBe(bytes);
  });
});
