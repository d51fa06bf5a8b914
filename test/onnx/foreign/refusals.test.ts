import { afterAll, describe, expect, it } from '@jest/globals';
import { SurgicamError } from '../../../src/domain/errors.js';
import { InferenceEngine } from '../../../src/inference/inference-engine.js';
import { silentLogger } from '../../../src/observability/logger.js';
import type { ReadBeside } from '../../../src/onnx/foreign/external-data.js';
import { openForeignNetwork } from '../../../src/onnx/foreign/foreign-network.js';
import {
  importForeign,
  pictureSize,
  type ForeignImport,
  type ForeignModelGraph,
} from '../../../src/onnx/foreign/import-foreign.js';
import {
  AttributeProto,
  ModelProto,
  TensorProto,
  type GraphProto,
  type ModelMessage,
  type TensorMessage,
} from '../../../src/onnx/onnx-proto.js';
import { TINY_CLASSES, TINY_SIZE, addInput, tinyOnnx } from '../../fixtures/tiny-onnx.js';

const engine = InferenceEngine.start({ workers: 1, providers: ['cpu'], logger: silentLogger() });
afterAll(() => engine.close());

const noFiles: ReadBeside = (name) => Promise.reject(SurgicamError.notFound('file of weights', name));

async function importTiny(
  bytes: Uint8Array,
  changes: Partial<ForeignImport> = {},
  readBeside = noFiles,
): Promise<ForeignModelGraph> {
  const { width, height } = TINY_SIZE;
  return importForeign(await openForeignNetwork(bytes, readBeside), {
    classes: TINY_CLASSES,
    inputWidth: width,
    inputHeight: height,
    mean: [0.5, 0.5, 0.5],
    std: [0.5, 0.5, 0.5],
    runGraph: engine.runGraph,
    ...changes,
  });
}

/** Says that a tensor lies in a file beside, 8 bytes from its start. */
function moveOut(tensor: TensorMessage): void {
  tensor.rawData = new Uint8Array();
  tensor.dataLocation = TensorProto.DataLocation.EXTERNAL;
  tensor.externalData = [
    { key: 'location', value: 'tiny.data' },
    { key: 'offset', value: '8' },
    { key: 'length', value: String(6 * 3 * 64 * 4) },
  ];
}

type Change = (graph: GraphProto, model: ModelMessage) => void;

function setInput(elemType: number, ...sizes: readonly (number | string)[]): Change {
  return (graph) => {
    const dim = sizes.map((size) => (typeof size === 'number' ? { dimValue: size } : { dimParam: size }));
    graph.input = [{ name: 'picture', type: { tensorType: { elemType, shape: { dim } } } }];
  };
}

const { FLOAT, UINT8 } = TensorProto.DataType;

describe('an ONNX classifier', () => {
  it('keeps the names of its maps and tells where it came from', async () => {
    const graph = await importTiny(tinyOnnx());
    expect(graph).toMatchObject({
      architecture: 'tiny (ONNX by surgicam)',
      head: 'gap_linear',
      probabilityFunction: 'sigmoid',
      inputs: ['frames'],
      outputs: ['logits', 'gradcam', 'map'],
      featureMaps: [{ name: 'map', channels: 6, height: 4, width: 5 }],
    });
  });

  it('is explained on the layer of choice, a tensor or a node, when it is linear from there on', async () => {
    const named = tinyOnnx((graph) => (graph.node![1]!.name = 'activation'));
    expect((await importTiny(named, { targetLayer: 'activation' })).featureMaps.at(-1)?.name).toBe('map');
    expect((await importTiny(named, { targetLayer: 'map' })).featureMaps.at(-1)?.name).toBe('map');
  });

  it('has the probabilities that are asked for', async () => {
    const graph = await importTiny(tinyOnnx(), { probabilityFunction: 'softmax' });
    expect(graph.probabilityFunction).toBe('softmax');
  });

  it('gives room to names that the package needs', async () => {
    const names = new Map([
      ['picture', 'frames'],
      ['conv', 'logits'],
      ['map', 'gradcam'],
      ['pooled', 'slfe'],
      ['kernel', 'frames.mean'],
    ]);
    const renamed = tinyOnnx((graph) => {
      for (const item of [...graph.node!, ...graph.input!, ...graph.initializer!])
        item.name = names.get(item.name!) ?? item.name!;
      for (const node of graph.node!) {
        node.input = node.input!.map((name) => names.get(name) ?? name);
        node.output = node.output!.map((name) => names.get(name) ?? name);
      }
    });
    const graph = await importTiny(renamed);
    expect(graph.outputs).toEqual(['logits', 'gradcam', 'network.gradcam']);
    expect((await importTiny(renamed, { targetLayer: 'gradcam' })).outputs).toEqual(graph.outputs);
  });

  it('may have its weights in a file beside it', async () => {
    const bytes = tinyOnnx((graph) => moveOut(graph.initializer![0]!));
    const kernel = ModelProto.decode(tinyOnnx()).graph!.initializer![0]!.rawData!;
    const file = Buffer.concat([Buffer.alloc(8), kernel]);
    const read: ReadBeside = (name) => Promise.resolve(name === 'tiny.data' ? file : Buffer.alloc(0));
    const inside = await importTiny(tinyOnnx());
    const outside = await importTiny(bytes, {}, read);
    expect(ModelProto.decode(outside.bytes)).toEqual(ModelProto.decode(inside.bytes));
    await expect(importTiny(bytes)).rejects.toThrow("there is no file of weights named 'tiny.data'");
    await expect(importTiny(bytes, {}, () => Promise.resolve(file.subarray(1)))).rejects.toThrow(
      "tensor 'kernel' reaches from 8 to 4616 in 'tiny.data', which has 4615 bytes",
    );
  });

  it('may have inputs that are weights', async () => {
    const bytes = tinyOnnx((graph) => addInput(graph, 'kernel'));
    expect((await importTiny(bytes)).inputs).toEqual(['frames']);
  });
});

describe('the size of the pictures', () => {
  it('is the file’s own', async () => {
    const fixed = await openForeignNetwork(tinyOnnx(), noFiles);
    expect(pictureSize(fixed, {})).toEqual(TINY_SIZE);
    expect(pictureSize(fixed, { ...TINY_SIZE })).toEqual(TINY_SIZE);
    expect(() => pictureSize(fixed, { width: 320, height: 256 })).toThrow(
      'input size: width is 320; allowed: 40, the width that the ONNX file was exported for',
    );
  });

  it('is asked for where the file leaves it open', async () => {
    const free = await openForeignNetwork(tinyOnnx(setInput(FLOAT, 'N', 3, 'H', 'W')), noFiles);
    expect(pictureSize(free, { width: 64, height: 48 })).toEqual({ width: 64, height: 48 });
    expect(() => pictureSize(free, {})).toThrow('--input-size <WIDTHxHEIGHT>: the ONNX file leaves it open');
  });
});

describe('what is no image classifier is refused', () => {
  it.each<readonly [string, Change, string]>([
    [
      'two inputs',
      (graph) => addInput(graph, 'age'),
      'inputs of the ONNX file is ["picture","age"]; allowed: exactly one',
    ],
    ['another picture format', setInput(FLOAT, 'N', 1, 32, 40), 'FLOAT [N, 1, 32, 40]'],
    ['bytes', setInput(UINT8, 'N', 3, 32, 40), 'UINT8 [N, 3, 32, 40]'],
    ['sound', setInput(FLOAT, 'N', 16_000), 'FLOAT [N, 16000]'],
    ['a batch of eight', setInput(FLOAT, 8, 3, 32, 40), "batch of input 'picture' is 8; allowed: 1 or free"],
    [
      'an old operator set',
      (_, model) => (model.opsetImport = [{ domain: '', version: 9 }]),
      'is 9; allowed: 11 to 22',
    ],
    [
      'a new one',
      (_, model) => (model.opsetImport = [{ domain: '', version: 40 }]),
      'is 40; allowed: 11 to 22',
    ],
    [
      "somebody's own operators",
      (graph) => (graph.node![1]!.domain = 'acme'),
      "operator acme.Relu of node 'map'",
    ],
    [
      'branches',
      (graph) => {
        const attribute = {
          name: 'then_branch',
          type: AttributeProto.AttributeType.GRAPH,
          g: { name: 'then' },
        };
        graph.node![1]!.attribute = [attribute];
      },
      "node 'map' is a branch or loop",
    ],
  ])('%s', async (_name, change, message) => {
    await expect(openForeignNetwork(tinyOnnx(change), noFiles)).rejects.toThrow(message);
  });

  it.each<readonly [string, Uint8Array]>([
    ['text', Buffer.from('a text that is long enough to be something')],
    ['an empty file', new Uint8Array()],
    ['a file that is cut short', tinyOnnx().subarray(0, 1000)],
    ['a file without a network', ModelProto.encode({ irVersion: 8 }).finish()],
  ])('%s', async (_name, bytes) => {
    await expect(openForeignNetwork(bytes, noFiles)).rejects.toThrow('the file is not an ONNX file');
  });

  it.each<readonly [string, Change, Partial<ForeignImport>, string]>([
    ['a wrong number of classes', () => undefined, { classes: ['a', 'b'] }, 'allowed: exactly 3 names'],
    [
      'a detector',
      (graph) => (graph.output = [{ name: 'map', type: graph.output![0]!.type! }]),
      {},
      'outputs of the ONNX file is ["map [1, 6, 4, 5]"]',
    ],
    [
      'an operator that there is not',
      (graph) => (graph.node![1]!.opType = 'Relo'),
      {},
      'the network cannot be run: ',
    ],
    [
      'a target layer that there is not',
      () => undefined,
      { targetLayer: 'layer4' },
      'target layer is "layer4"; allowed: a float tensor [N, C, h, w] between picture and logits, or the node that makes ' +
        'it; the last ones: conv [6, 4, 5], map [6, 4, 5]',
    ],
    [
      'a head that cannot be differentiated',
      (graph) => {
        const bend = { opType: 'Asinh', name: 'bend', input: ['flat'], output: ['bent'] };
        graph.node!.splice(4, 0, bend);
        graph.node![5]!.input![0] = 'bent';
      },
      {},
      "the gradient through operator 'Asinh' (node 'bend') is not known",
    ],
    ['a target layer without axes', () => undefined, { targetLayer: 'flat' }, 'target layer is "flat"'],
    [
      'a network without maps',
      (graph) => {
        graph.node = graph.node!.slice(3);
        graph.node[0]!.input = ['picture'];
        graph.initializer![1]!.dims = [3840, 3];
        graph.initializer![1]!.rawData = new Uint8Array(3840 * 3 * 4);
      },
      {},
      'the network has no feature map',
    ],
  ])('%s', async (_name, change, options, message) => {
    await expect(importTiny(tinyOnnx(change), options)).rejects.toThrow(message);
  });

  it('a network that mixes the pictures of a batch', async () => {
    // The mean over axis 0 is nothing for one picture.
    const mixed = tinyOnnx((graph) => {
      const mean = ModelProto.decode(tinyOnnx()).graph!.node!.find(({ name }) => name === 'flat')!;
      const attribute = [{ name: 'axes', type: AttributeProto.AttributeType.INTS, ints: [0] }];
      const node = {
        ...mean,
        opType: 'ReduceMean',
        name: 'mixed',
        output: ['mixed'],
        input: ['conv'],
        attribute,
      };
      graph.node!.splice(1, 0, node);
      graph.node![2]!.input = ['mixed'];
    });
    await expect(importTiny(mixed)).rejects.toThrow(/two pictures|several pictures/);
  });
});
