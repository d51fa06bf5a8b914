import { describe, expect, test } from '@jest/globals';
import { affineCode, quantizeBias, quantizeWeights } from '../../../src/onnx/quantize/affine.js';
import { quantizeGraph } from '../../../src/onnx/quantize/quantize-graph.js';
import { GraphWriter } from '../../../src/onnx/graph-writer.js';
import { GraphRunner } from '../../fixtures/graph-runner.js';

describe('quantizeGraph', () => {
  test('a convolution computes what integer arithmetic does', async () => {
    const weights = Float32Array.of(0.5, -1.3, 0.01, 0.9, 0.2, -0.7);
    const bias = Float32Array.of(0.3, -0.2);
    const writer = new GraphWriter();
    writer.input('x', 'float32', ['N', 3, 1, 1]);
    const constants = [writer.floats('w', [2, 3, 1, 1], weights), writer.floats('b', [2], bias)];
    writer.node('Conv', 'y', ['x', ...constants], { kernel_shape: [1, 1] });
    writer.output('y', 'float32', ['N', 2, 1, 1]);
    const range = { low: -1, high: 2 };
    const runner = new GraphRunner(quantizeGraph(writer.finish(), { ranges: new Map([['x', range]]) }));
    const x = Float32Array.of(-0.9, 0.4, 1.7);
    const { y } = await runner.run({ x: { data: x, shape: [1, 3, 1, 1] } });
    await runner.close();

    const { scale, zeroPoint } = affineCode(range);
    const { codes, scales } = quantizeWeights(weights, 2);
    const biasCodes = quantizeBias(bias, scale, scales);
    const input = Array.from(x, (value) => halfToEven(Math.fround(value / scale)));
    for (const channel of [0, 1]) {
      const sum = input.reduce(
        (total, code, i) => total + code * codes[channel * 3 + i]!,
        biasCodes[channel]!,
      );
      expect(y!.data[channel]).toBeCloseTo(sum * scale * scales[channel]!, 5);
    }
    expect(zeroPoint).toBe(85);
  });
});

/** As ONNX rounds: in float32, halves to the even neighbour. */
function halfToEven(value: number): number {
  const below = Math.floor(value);
  if (value - below !== 0.5) return Math.round(value);
  return below % 2 === 0 ? below : below + 1;
}
