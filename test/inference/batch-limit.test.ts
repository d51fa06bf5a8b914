import { describe, expect, it } from '@jest/globals';
import { batchLimit, warmUpBatches } from '../../src/inference/batch-limit.js';

describe('batchLimit', () => {
  it('is what it is told to be', () => {
    expect([batchLimit(5, 'cpu'), batchLimit(5, 'cuda'), batchLimit(1, 'webgpu')]).toEqual([5, 5, 1]);
  });

  it('is one frame on the processor and several elsewhere where nothing is said', () => {
    const limits = (['cpu', 'cuda', 'tensorrt', 'webgpu'] as const).map((provider) =>
      batchLimit(0, provider),
    );
    expect(limits).toEqual([1, 8, 8, 8]);
  });
});

describe('warmUpBatches', () => {
  it('are the least and the greatest, and on a card all between them behind those', () => {
    expect(warmUpBatches(1, 'cpu')).toEqual([1, 1]);
    expect(warmUpBatches(8, 'cpu')).toEqual([1, 8]);
    expect(warmUpBatches(4, 'tensorrt')).toEqual([1, 4, 2, 3]);
    expect(warmUpBatches(1, 'cuda')).toEqual([1, 1]);
  });
});
