import { beforeAll, describe, expect, it } from '@jest/globals';
import { ModelProto } from '../../src/onnx/onnx-proto.js';
import { bareClassifier, pruneGraph } from '../../src/onnx/prune-graph.js';
import { buildRandomResNet } from '../../src/onnx/random-resnet.js';
import { GraphRunner } from '../fixtures/graph-runner.js';
import { SMALL_INPUT } from '../fixtures/small-resnet.js';

const options = { ...SMALL_INPUT, depth: 18, width: 64, classes: 3 } as const;
let full: Uint8Array;

beforeAll(async () => {
  full = (await buildRandomResNet(options)).bytes;
});

interface Names {
  readonly nodes: readonly string[];
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  readonly constants: readonly string[];
}

function namesOf(bytes: Uint8Array): Names {
  const graph = ModelProto.decode(bytes).graph!;
  const names = (list: readonly { readonly name?: string | null }[]): string[] =>
    list.map(({ name }) => name ?? '');
  return {
    nodes: names(graph.node!),
    inputs: names(graph.input!),
    outputs: names(graph.output!),
    constants: names(graph.initializer!),
  };
}

describe('pruneGraph', () => {
  it('leaves the classifier alone without a trace of the explanation', () => {
    const bare = namesOf(bareClassifier(full));
    expect(bare.inputs).toEqual(['frames']);
    expect(bare.outputs).toEqual(['logits']);
    expect([...bare.nodes, ...bare.constants].filter((name) => /gradcam|slfe/.test(name))).toEqual([]);
    expect(bare.nodes.at(-1)).toBe('logits');
  });

  it('keeps what the outputs need, in order, and drops the rest', () => {
    const pruned = namesOf(pruneGraph(full, ['layer2', 'gradcam']));
    const before = namesOf(full);
    expect(pruned.outputs).toEqual(['layer2', 'gradcam']);
    expect(pruned.inputs).toEqual(['frames']);
    expect(pruned.nodes).toEqual(before.nodes.filter((name) => pruned.nodes.includes(name)));
    expect(pruned.nodes).not.toContain('avgpool');
    expect(pruned.nodes).toContain('gradcam.weighted');
    expect(pruneGraph(full, before.outputs)).toHaveLength(full.length);
  });

  it('changes no number', async () => {
    const runners = [new GraphRunner(full), new GraphRunner(bareClassifier(full))] as const;
    try {
      const { inputHeight, inputWidth } = SMALL_INPUT;
      const data = Uint8Array.from({ length: inputHeight * inputWidth * 3 }, (_, i) => i % 251);
      const frames = { data, shape: [1, inputHeight, inputWidth, 3] };
      const whole = await runners[0].explain(frames, 3, 0.3);
      const bare = await runners[1].run({ frames });
      expect(Object.keys(bare)).toEqual(['logits']);
      bare.logits!.data.forEach((value, i) => expect(value).toBeCloseTo(whole.logits!.data[i]!, 5));
    } finally {
      await Promise.all(runners.map((runner) => runner.close()));
    }
  });

  it('names the outputs there are when one is unknown', () => {
    expect(() => pruneGraph(full, ['logits', 'layer9'])).toThrow(
      /outputs is "layer9"; allowed: logits, gradcam/,
    );
  });
});

describe('buildRandomResNet', () => {
  it('gives the same bytes for the same seed only', async () => {
    const small = { ...options, width: 8 };
    const [one, same, other] = await Promise.all(
      [1, 1, 2].map((seed) => buildRandomResNet({ ...small, seed })),
    );
    expect(Buffer.compare(one!.bytes, same!.bytes)).toBe(0);
    expect(Buffer.compare(one!.bytes, other!.bytes)).not.toBe(0);
  });
});
