import { describe, expect, it } from '@jest/globals';
import { workerLayout } from '../../src/inference/worker-layout.js';

const layout = (cores: number, wish: Parameters<typeof workerLayout>[0] = {}): number[] => {
  const { workers, intraOpThreads } = workerLayout(wish, cores);
  return [workers, intraOpThreads];
};

describe('workerLayout', () => {
  it.each([
    [1, [1, 1]],
    [2, [2, 1]],
    [4, [2, 2]],
    [8, [2, 4]],
    [16, [4, 4]],
    [64, [16, 4]],
  ])('uses %i cores as workers x threads %j', (cores, expected) => {
    expect(layout(cores)).toEqual(expected);
  });

  it('does as it is told, and chooses the other number to fit', () => {
    expect(layout(2, { workers: 3, intraOpThreads: 5 })).toEqual([3, 5]);
    expect(layout(8, { workers: 1 })).toEqual([1, 8]);
    expect(layout(2, { workers: 4 })).toEqual([4, 1]);
    expect(layout(8, { intraOpThreads: 2 })).toEqual([4, 2]);
    expect(layout(2, { intraOpThreads: 8 })).toEqual([1, 8]);
    expect(layout(8, { workers: 0, intraOpThreads: 0 })).toEqual([2, 4]);
  });
});
