import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { InferenceEngine } from '../../../src/inference/inference-engine.js';
import { silentLogger } from '../../../src/observability/logger.js';
import { openForeignNetwork } from '../../../src/onnx/foreign/foreign-network.js';
import {
  importForeign,
  type ForeignImport,
  type ForeignModelGraph,
} from '../../../src/onnx/foreign/import-foreign.js';
import { ModelProto } from '../../../src/onnx/onnx-proto.js';
import {
  FOREIGN_INPUT,
  readForeignReference,
  writeForeignNetworks,
  type ForeignReference,
} from '../../fixtures/foreign-networks.js';
import { describeWith } from '../../fixtures/requirements.js';
import { temporaryFolder } from '../../fixtures/temporary-folder.js';

const { inputWidth, inputHeight, classes } = FOREIGN_INPUT;
const FRAMES = 2;

describeWith(
  'python-torch',
  'classifiers exported by PyTorch, against its own forward and backward pass',
  () => {
    const folder = temporaryFolder();
    const engine = InferenceEngine.start({ workers: 1, providers: ['cpu'], logger: silentLogger() });
    afterAll(() => engine.close());
    beforeAll(() => writeForeignNetworks(folder), 600_000);

    async function importBytes(
      bytes: Uint8Array,
      changes: Partial<ForeignImport> = {},
    ): Promise<ForeignModelGraph> {
      const network = await openForeignNetwork(bytes, () => Promise.reject(new Error('no other files')));
      return importForeign(network, { ...FOREIGN_INPUT, runGraph: engine.runGraph, ...changes });
    }

    async function expectAsPyTorch(graph: ForeignModelGraph, reference: ForeignReference): Promise<void> {
      const thresholds = new Float32Array(FRAMES * classes.length).fill(0.3);
      const values = await engine.runGraph(
        graph.bytes,
        {
          frames: { type: 'uint8', data: reference.frames, dims: [FRAMES, inputHeight, inputWidth, 3] },
          ...(graph.inputs.includes('roi_thresholds')
            ? { roi_thresholds: { type: 'float32', data: thresholds, dims: [FRAMES, classes.length] } }
            : {}),
        },
        graph.outputs,
      );
      const { height, width } = graph.featureMaps.at(-1)!;
      const logits = values.get('logits')!;
      const gradcam = values.get('gradcam')!;
      expect(logits.dims).toEqual([FRAMES, classes.length]);
      expect(gradcam.dims).toEqual([FRAMES, classes.length, height, width]);
      const scale = Math.max(...reference.logits.map(Math.abs));
      expect(largestDifference(logits.data as Float32Array, reference.logits)).toBeLessThan(1e-4 * scale);
      expect(Math.max(...reference.gradcam)).toBeGreaterThan(0.99);
      expect(largestDifference(gradcam.data as Float32Array, reference.gradcam)).toBeLessThan(1e-3);
      for (const { name, channels, height, width } of graph.featureMaps)
        expect(values.get(name)!.dims).toEqual([FRAMES, channels, height, width]);
    }

    it.each([
      [
        'resnet18',
        [
          [128, 8, 12],
          [256, 4, 6],
          [512, 2, 3],
        ],
      ],
      [
        'densenet121',
        [
          [256, 8, 12],
          [512, 4, 6],
          [1024, 2, 3],
        ],
      ],
      [
        'mobilenet_v2',
        [
          [192, 8, 12],
          [576, 4, 6],
          [1280, 2, 3],
        ],
      ],
      [
        'efficientnet_b0',
        [
          [240, 8, 12],
          [672, 4, 6],
          [1280, 2, 3],
        ],
      ],
      [
        'batch_norm_head',
        [
          [16, 16, 24],
          [16, 8, 12],
          [24, 4, 6],
        ],
      ],
      [
        'softmax_tail',
        [
          [16, 16, 24],
          [16, 8, 12],
          [24, 4, 6],
        ],
      ],
      [
        'sigmoid_tail',
        [
          [16, 16, 24],
          [16, 8, 12],
          [24, 4, 6],
        ],
      ],
      [
        'channels_last',
        [
          [16, 16, 24],
          [16, 8, 12],
          [24, 4, 6],
        ],
      ],
      [
        'fixed_batch',
        [
          [16, 16, 24],
          [16, 8, 12],
          [24, 4, 6],
        ],
      ],
      [
        'convolution_logits',
        [
          [16, 16, 24],
          [16, 8, 12],
          [24, 4, 6],
        ],
      ],
      [
        'wide_features',
        [
          [16, 16, 24],
          [16, 8, 12],
          [1024, 4, 6],
        ],
      ],
    ])('%s: pooling and linear layers', async (name, maps) => {
      const reference = readForeignReference(folder, name);
      const graph = await importBytes(reference.bytes);
      expect(graph.head).toBe('gap_linear');
      expect(graph.probabilityFunction).toBe(name === 'softmax_tail' ? 'softmax' : 'sigmoid');
      expect(graph.featureMaps.map(({ channels, height, width }) => [channels, height, width])).toEqual(maps);
      await expectAsPyTorch(graph, reference);
    });

    it.each(['vgg11', 'average_and_maximum'])('%s: a head of another kind', async (name) => {
      const reference = readForeignReference(folder, name);
      const graph = await importBytes(reference.bytes);
      expect(graph.head).toBe('general');
      await expectAsPyTorch(graph, reference);
    });

    it('a target layer before more convolutions', async () => {
      const reference = readForeignReference(folder, 'inner_layer');
      const { featureMaps } = await importBytes(reference.bytes);
      const graph = await importBytes(reference.bytes, { targetLayer: featureMaps[1]!.name });
      expect(graph.head).toBe('general');
      expect(graph.featureMaps.slice(-2)).toEqual(featureMaps.slice(0, 2));
      await expectAsPyTorch(graph, reference);
    });

    it.each([18, 21, 22])('a network of operator set %d', async (version) => {
      // These operators are the same in all sets since 13; what is appended is not.
      const reference = readForeignReference(folder, 'wide_features');
      const model = ModelProto.decode(reference.bytes);
      model.opsetImport = [{ domain: 'ai.onnx', version }];
      model.irVersion = 10;
      await expectAsPyTorch(await importBytes(ModelProto.encode(model).finish()), reference);
    });

    describe('a target layer', () => {
      it('is answered with those that exist', async () => {
        const { bytes } = readForeignReference(folder, 'resnet18');
        await expect(importBytes(bytes, { targetLayer: 'layer9' })).rejects.toThrow(
          /target layer is "layer9"; allowed: .*Relu_output_0 \[512, 2, 3\]/,
        );
      });
    });
  },
);

function largestDifference(actual: Float32Array, expected: Float32Array): number {
  expect(actual).toHaveLength(expected.length);
  return expected.reduce((most, value, index) => Math.max(most, Math.abs(value - actual[index]!)), 0);
}
