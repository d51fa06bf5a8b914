import { describe, expect, it } from '@jest/globals';
import { graphSignature } from '../../src/onnx/graph-signature.js';
import { smallGraph } from '../fixtures/small-package.js';

describe('graphSignature', () => {
  it('tells inputs and outputs as the graph declares them', async () => {
    const { bytes } = await smallGraph();
    expect(graphSignature(bytes)).toEqual({
      inputs: [{ name: 'frames', type: 'uint8', axes: ['N', 64, 96, 3] }],
      outputs: [
        { name: 'logits', type: 'float32', axes: ['N', 3] },
        { name: 'gradcam', type: 'float32', axes: ['N', 3, 2, 3] },
        { name: 'layer2', type: 'float32', axes: ['N', 16, 8, 12] },
        { name: 'layer3', type: 'float32', axes: ['N', 32, 4, 6] },
        { name: 'layer4', type: 'float32', axes: ['N', 64, 2, 3] },
      ],
    });
  });

  it('refuses what is no graph', () => {
    expect(() => graphSignature(Buffer.from('not an onnx file'))).toThrow('the file is not an ONNX graph');
  });
});
