import { GRAPH_INPUTS } from '../graph-names.js';
import type { OpenGraph } from '../foreign/run-graph.js';
import { pruneGraph } from '../prune-graph.js';
import type { CalibrationFrames } from './calibrate.js';
import { NoiseMeter } from './layer-errors.js';
import { layerName } from './quantizable.js';
import { openForQuantization } from './quantize-graph.js';

/** Frames that a layer's own effect is measured on: every layer is a graph to be opened. */
const MOST_FRAMES = 8;

/**
 * The signal-to-quantization-noise ratio of a feature map, in dB, where one layer alone is quantized, for every layer, by
 * layerName: the less, the more that layer costs. `quantizeBut` quantizes all layers but those named.
 */
export async function measureLayersAlone(
  original: Uint8Array,
  quantizeBut: (floatLayers: readonly string[]) => Uint8Array,
  featureMap: string,
  { frames, width, height }: CalibrationFrames,
  openGraph: OpenGraph,
  onLayer: (done: number, total: number) => void = () => undefined,
): Promise<ReadonlyMap<string, number>> {
  const layers = openForQuantization(original).plan.convolutions.map(layerName);
  const shown = frames.slice(0, MOST_FRAMES);
  const run = async (bytes: Uint8Array): Promise<Float32Array[]> => {
    const graph = await openGraph(pruneGraph(bytes, [featureMap]));
    try {
      const maps: Float32Array[] = [];
      for (const frame of shown) {
        const feed = { type: 'uint8', data: frame, dims: [1, height, width, 3] } as const;
        const values = await graph.run({ [GRAPH_INPUTS.frames]: feed }, [featureMap]);
        maps.push(values.get(featureMap)!.data as Float32Array);
      }
      return maps;
    } finally {
      await graph.close();
    }
  };
  const expected = await run(original);
  const alone = new Map<string, number>();
  for (const layer of layers) {
    const actual = await run(quantizeBut(layers.filter((other) => other !== layer)));
    const meter = new NoiseMeter();
    expected.forEach((map, i) => meter.add(map, actual[i]!));
    alone.set(layer, meter.decibels);
    onLayer(alone.size, layers.length);
  }
  return alone;
}
