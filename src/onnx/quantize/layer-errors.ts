import { GraphEditor } from '../graph-editor.js';
import { GRAPH_INPUTS } from '../graph-names.js';
import type { OpenGraph } from '../foreign/run-graph.js';
import type { CalibrationFrames } from './calibrate.js';
import { decodedName } from './qdq-writer.js';
import { layerName, layerResult } from './quantizable.js';
import { openForQuantization } from './quantize-graph.js';

/** Adds up how far one row of values is from another. */
export class NoiseMeter {
  #signal = 0;
  #noise = 0;

  add(expected: Float32Array, actual: Float32Array): void {
    let signal = 0;
    let noise = 0;
    for (let i = 0; i < expected.length; i++) {
      const value = expected[i]!;
      const difference = value - actual[i]!;
      signal += value * value;
      noise += difference * difference;
    }
    this.#signal += signal;
    this.#noise += noise;
  }

  /** 10 log10 (sum of squares / sum of squared differences); Infinity where nothing differs. */
  get decibels(): number {
    return 10 * Math.log10(this.#signal / this.#noise);
  }
}

/**
 * The signal-to-quantization-noise ratio of every layer's result, in dB: the float graph against an 8-bit graph of it,
 * in which the errors of all layers before add up. By layerName; layers that stayed float are among them.
 */
export async function measureLayerErrors(
  original: Uint8Array,
  quantized: Uint8Array,
  floatLayers: ReadonlySet<string>,
  { frames, width, height }: CalibrationFrames,
  openGraph: OpenGraph,
): Promise<ReadonlyMap<string, number>> {
  const { view, plan: all } = openForQuantization(original);
  const { plan } = openForQuantization(original, floatLayers);
  const outputs = new Set((view.graph.output ?? []).map(({ name }) => name!));
  const probes = all.convolutions.map((convolution) => {
    const expected = layerResult(convolution, view);
    const isCoded = plan.tensors.has(expected) && !outputs.has(expected);
    return {
      layer: layerName(convolution),
      expected,
      actual: isCoded ? decodedName(expected) : expected,
      meter: new NoiseMeter(),
    };
  });
  const before = await openGraph(
    withOutputs(
      original,
      probes.map(({ expected }) => expected),
    ),
  );
  const after = await openGraph(
    withOutputs(
      quantized,
      probes.map(({ actual }) => actual),
    ),
  );
  try {
    for (const frame of frames) {
      const feeds = {
        [GRAPH_INPUTS.frames]: { type: 'uint8', data: frame, dims: [1, height, width, 3] },
      } as const;
      const wanted = await before.run(feeds, [...new Set(probes.map(({ expected }) => expected))]);
      const got = await after.run(feeds, [...new Set(probes.map(({ actual }) => actual))]);
      for (const { expected, actual, meter } of probes) {
        meter.add(wanted.get(expected)!.data as Float32Array, got.get(actual)!.data as Float32Array);
      }
    }
  } finally {
    await before.close();
    await after.close();
  }
  return new Map(probes.map(({ layer, meter }) => [layer, meter.decibels]));
}

function withOutputs(bytes: Uint8Array, names: readonly string[]): Uint8Array {
  const editor = GraphEditor.open(bytes);
  editor.removeOutputs();
  for (const name of new Set(names)) {
    editor.output(name, 'float32', ['N', ...[1, 2, 3].map((axis) => `${name}.${axis}`)]);
  }
  return editor.finish({ prune: true });
}
