import { describe, expect, it } from '@jest/globals';
import { graphSignature } from '../../../src/onnx/graph-signature.js';
import { readGraph } from '../../../src/onnx/graph-view.js';
import { GraphWriter } from '../../../src/onnx/graph-writer.js';
import { convertToHalf } from '../../../src/onnx/half/convert-to-half.js';
import { fromHalf, toHalf } from '../../../src/onnx/half/float16.js';
import { widenHalf } from '../../../src/onnx/half/widen-half.js';
import { TensorProto } from '../../../src/onnx/onnx-proto.js';
import { GraphRunner } from '../../fixtures/graph-runner.js';

/** frames.centred [N, 2, 1, 1] -> 1 x 1 convolution -> what `behind` makes of it, called `map`. */
function graph(
  weights: readonly number[],
  behind: (writer: GraphWriter, sum: string) => void = (writer, sum) =>
    void writer.node('Relu', 'map', [sum]),
): Uint8Array {
  const writer = new GraphWriter();
  writer.input('frames.centred', 'float32', ['N', 2, 1, 1]);
  const kernel = writer.floats('kernel', [2, 2, 1, 1], Float32Array.from(weights));
  behind(writer, writer.node('Conv', 'sum', ['frames.centred', kernel], { kernel_shape: [1, 1] }));
  writer.output('map', 'float32', ['N', 2, 1, 1]);
  return writer.finish();
}

async function run(bytes: Uint8Array, ...values: number[]): Promise<number[]> {
  const runner = new GraphRunner(bytes);
  const data = Float32Array.from(values);
  const { map } = await runner.run({ 'frames.centred': { data, shape: [1, 2, 1, 1] } }, ['map']);
  await runner.close();
  return [...map!.data];
}

const WEIGHTS = [0.1, -1.7, 3.3, 0.01] as const;

describe('convertToHalf', () => {
  it('leaves inputs and outputs as they were and rounds the weights', async () => {
    const before = graph(WEIGHTS);
    const { bytes, halfNodes, kept, vanished } = convertToHalf(before, ['map']);
    expect([halfNodes, kept, vanished]).toEqual([2, [], 0]);
    expect(graphSignature(bytes)).toEqual(graphSignature(before));
    const { constant, graph: proto } = viewOf(bytes);
    expect(constant('kernel.half')).toMatchObject({ dataType: TensorProto.DataType.FLOAT16 });
    expect(proto.initializer!.map(({ name }) => name)).toEqual(['kernel.half']);
    expect(proto.node!.filter(({ opType }) => opType === 'Cast')).toHaveLength(2);
    const [x, y] = [4, 8];
    const [a, b, c, d] = WEIGHTS.map((weight) => fromHalf(toHalf(weight))) as [
      number,
      number,
      number,
      number,
    ];
    const expected = [Math.max(0, a * x + b * y), Math.max(0, c * x + d * y)].map((sum) =>
      fromHalf(toHalf(sum)),
    );
    expect(await run(widenHalf(bytes, { rounding: true }), x, y)).toEqual(expected);
    const onProcessor = await run(bytes, x, y);
    expect(onProcessor[1]).toBeCloseTo(expected[1]!, 1);
  });

  it('keeps a node whose weights are too large in float32, naming tensor and value', async () => {
    const before = graph([70_000, 1, 0, 1]);
    const { bytes, kept, halfNodes } = convertToHalf(before, ['map']);
    const reason = 'kernel holds 70000, and the largest half is 65504';
    expect(kept).toEqual([{ node: 'sum', operator: 'Conv', reason }]);
    expect(halfNodes).toBe(1);
    expect(await run(widenHalf(bytes, { rounding: true }), 0.5, 3)).toEqual([fromHalf(toHalf(35_003)), 3]);
  });

  it('keeps what was seen to come near the largest half in float32', () => {
    const peaks = new Map([['sum', 20_000]]);
    const { kept } = convertToHalf(graph(WEIGHTS), ['map'], peaks);
    expect(kept.map(({ node }) => node)).toEqual(['sum', 'map']);
    expect(kept[0]!.reason).toContain('sum was seen to reach 2.000e+4');
  });

  it('keeps operators of the block list and unknown ones in float32, casting around them', async () => {
    const { bytes, kept } = convertToHalf(
      graph(WEIGHTS, (writer, sum) => {
        const exponential = writer.node('Exp', 'exponential', [sum]);
        const odd = writer.node('Softsign', 'odd', [exponential]);
        writer.node('Relu', 'map', [odd]);
      }),
      ['map'],
    );
    expect(kept.map(({ operator, reason }) => [operator, reason])).toEqual([
      ['Exp', 'exponentials of more than 11 pass 65504'],
      ['Softsign', 'nothing is known of it in half precision'],
    ]);
    const [first, second] = await run(bytes, 1, 0);
    const softsign = (x: number): number => Math.exp(x) / (1 + Math.exp(x));
    expect(first).toBeCloseTo(softsign(0.1), 3);
    expect(second).toBeCloseTo(softsign(3.3), 3);
  });

  it('counts weights that become 0', () => {
    expect(convertToHalf(graph([1e-9, 0, 1, 2 ** -24]), ['map']).vanished).toBe(1);
  });

  it('does not touch what stands behind the last map, nor sizes', () => {
    const { kept, halfNodes } = convertToHalf(
      graph(WEIGHTS, (writer, sum) => {
        const size = writer.node('Shape', 'size', [sum]);
        writer.node('Reshape', 'map', [sum, size]);
        writer.node('Exp', 'logits', ['map']);
        writer.output('logits', 'float32', ['N', 2, 1, 1]);
      }),
      ['map'],
    );
    expect([kept, halfNodes]).toEqual([[], 2]);
  });

  it('refuses a graph that is no package', () => {
    const writer = new GraphWriter();
    writer.input('x', 'float32', ['N']);
    writer.node('Relu', 'map', ['x']);
    writer.output('map', 'float32', ['N']);
    expect(() => convertToHalf(writer.finish(), ['map'])).toThrow(/import the model again/);
  });
});

describe('widenHalf', () => {
  it('gives back the names, in float32, with the weights that were rounded', async () => {
    const wide = widenHalf(convertToHalf(graph(WEIGHTS), ['map']).bytes);
    const { constant, graph: proto } = viewOf(wide);
    expect(proto.node!.map(({ opType, input, output }) => [opType, input, output])).toEqual([
      ['Conv', ['frames.centred', 'kernel.half'], ['sum.half']],
      ['Relu', ['sum.half'], ['map']],
    ]);
    expect(constant('kernel.half')).toMatchObject({ dataType: TensorProto.DataType.FLOAT });
    const rounded = WEIGHTS.map((weight) => fromHalf(toHalf(weight)));
    expect(await run(wide, 1, 0)).toEqual([rounded[0], rounded[2]].map((value) => Math.fround(value!)));
  });

  it('rounds between nodes where it is asked to', async () => {
    const half = convertToHalf(
      graph([1, 0, 0, 1], (writer, sum) => {
        const one = writer.floats('one', [1], Float32Array.of(1));
        const more = writer.node('Add', 'more', [sum, one]);
        writer.node('Sub', 'map', [more, one]);
      }),
      ['map'],
    );
    // The neighbours of 2048 in half precision are 2047 and 2050.
    expect(await run(widenHalf(half.bytes), 2048, 100_000)).toEqual([2048, 100_000]);
    const rounded = await run(widenHalf(half.bytes, { rounding: true }), 2048, 0.1);
    expect(rounded[0]).toBe(2047);
    const step = (value: number): number => fromHalf(toHalf(value));
    expect(rounded[1]).toBe(step(step(step(0.1) + 1) - 1));
  });

  it('leaves other graphs alone', () => {
    const bytes = graph(WEIGHTS);
    expect(widenHalf(bytes)).toBe(bytes);
  });

  it('takes no other cast away', () => {
    const bytes = graph(WEIGHTS, (writer, sum) => {
      const whole = writer.node('Cast', 'whole', [sum], { to: TensorProto.DataType.INT64 });
      writer.node('Cast', 'map', [whole], { to: TensorProto.DataType.FLOAT });
    });
    const wide = viewOf(widenHalf(convertToHalf(bytes, ['map']).bytes)).graph;
    expect(wide.node!.map(({ opType }) => opType)).toEqual(['Conv', 'Cast', 'Cast']);
    const to = [TensorProto.DataType.INT64, TensorProto.DataType.FLOAT];
    expect(wide.node!.slice(1).map(({ attribute }) => Number(attribute![0]!.i))).toEqual(to);
  });
});

function viewOf(bytes: Uint8Array) {
  const view = readGraph(bytes);
  return { graph: view.graph, constant: (name: string) => view.constant(name) };
}
