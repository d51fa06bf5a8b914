import { describe, expect, it } from '@jest/globals';
import { deriveBackboneGraph } from '../../src/onnx/derive-backbone-graph.js';
import { graphSignature } from '../../src/onnx/graph-signature.js';
import { GraphWriter } from '../../src/onnx/graph-writer.js';
import { buildRandomResNet } from '../../src/onnx/random-resnet.js';
import { GraphRunner } from '../fixtures/graph-runner.js';
import { SMALL_INPUT } from '../fixtures/small-resnet.js';

const { inputHeight, inputWidth, mean, std } = SMALL_INPUT;
const area = inputHeight * inputWidth;
const pixels = Uint8Array.from({ length: area * 3 }, (_, i) => (i * 37) % 251);

/** What the network takes of `pixels`, channels first. */
const normalized = Float32Array.from({ length: area * 3 }, (_, i) => {
  const channel = Math.floor(i / area);
  return (pixels[(i % area) * 3 + channel]! / 255 - mean[channel]!) / std[channel]!;
});

async function expectSameMap(model: Uint8Array, featureMap: string): Promise<void> {
  const backbone = deriveBackboneGraph(model, { featureMap, mean, std });
  const runners = [new GraphRunner(model), new GraphRunner(backbone)] as const;
  try {
    const frames = { data: pixels, shape: [1, inputHeight, inputWidth, 3] };
    const thresholds = { data: new Float32Array(3), shape: [1, 3] };
    const signature = graphSignature(model).inputs.map(({ name }) => name);
    const feeds = signature.includes('roi_thresholds') ? { frames, roi_thresholds: thresholds } : { frames };
    const whole = await runners[0].run(feeds, [featureMap]);
    // The backbone does no normalisation, so the normalised picture must give the very map of the whole graph.
    const alone = await runners[1].run({
      crops: { data: normalized, shape: [1, 3, inputHeight, inputWidth] },
    });
    const expected = whole[featureMap]!;
    expect(Object.keys(alone)).toEqual([featureMap]);
    expect(alone[featureMap]!.shape).toEqual(expected.shape);
    const scale = Math.max(...expected.data);
    expected.data.forEach((value, i) => {
      expect(Math.abs(alone[featureMap]!.data[i]! - value) / scale).toBeLessThan(1e-5);
    });
    // Sizes are free.
    const other = await runners[1].run({
      crops: { data: new Float32Array(2 * 3 * 32 * 32), shape: [2, 3, 32, 32] },
    });
    expect(other[featureMap]!.shape[0]).toBe(2);
  } finally {
    await Promise.all(runners.map((runner) => runner.close()));
  }
}

describe('deriveBackboneGraph', () => {
  it('feeds the stem of a ResNet whose weights hold the standard deviation', async () => {
    const options = { ...SMALL_INPUT, depth: 18, width: 8, classes: 3 } as const;
    const { bytes } = await buildRandomResNet(options);
    await expectSameMap(bytes, 'layer4');
    const { inputs, outputs } = graphSignature(
      deriveBackboneGraph(bytes, { featureMap: 'layer4', mean, std }),
    );
    expect(inputs).toEqual([{ name: 'crops', type: 'float32', axes: ['M', 3, 'height', 'width'] }]);
    expect(outputs).toEqual([{ name: 'layer4', type: 'float32', axes: ['M', 64, 'mapHeight', 'mapWidth'] }]);
  });

  it('feeds a network that takes the normalised picture', async () => {
    const writer = new GraphWriter();
    writer.input('frames', 'uint8', ['N', inputHeight, inputWidth, 3]);
    const planes = writer.node('Transpose', 'planes', ['frames'], { perm: [0, 3, 1, 2] });
    const floats = writer.node('Cast', 'float', [planes], { to: 1 });
    const offset = writer.floats(
      'mean',
      [1, 3, 1, 1],
      Float32Array.from(mean, (value) => value * 255),
    );
    const scale = writer.floats(
      'scale',
      [1, 3, 1, 1],
      Float32Array.from(std, (value) => 1 / (value * 255)),
    );
    writer.node('Mul', 'frames.normalized', [writer.node('Sub', 'centred', [floats, offset]), scale]);
    // Two takers of the picture, one of them in another layout.
    const last = writer.node('Transpose', 'channels_last', ['frames.normalized'], { perm: [0, 2, 3, 1] });
    const first = writer.node('Transpose', 'channels_first', [last], { perm: [0, 3, 1, 2] });
    const sum = writer.node('Add', 'sum', [first, 'frames.normalized']);
    writer.node('Relu', 'map', [sum]);
    writer.output('map', 'float32', ['N', 3, inputHeight, inputWidth]);
    await expectSameMap(writer.finish(), 'map');
  });

  it('refuses a feature map that is not there, and a graph without a known beginning', async () => {
    const { bytes } = await buildRandomResNet({ ...SMALL_INPUT, depth: 18, width: 8, classes: 3 });
    expect(() => deriveBackboneGraph(bytes, { featureMap: 'layer9', mean, std })).toThrow(
      /feature map is "layer9"; allowed: logits, .*layer4/,
    );
    const writer = new GraphWriter();
    writer.input('x', 'float32', ['N', 3, 8, 8]);
    writer.node('Relu', 'y', ['x']);
    writer.output('y', 'float32', ['N', 3, 8, 8]);
    expect(() => deriveBackboneGraph(writer.finish(), { featureMap: 'y', mean, std })).toThrow(
      /has no tensor frames.centred or frames.cells or frames.normalized/,
    );
  });
});
