import { describe, expect, it } from '@jest/globals';
import { pipelineDepth } from '../../src/inference/pipeline-depth.js';
import { firstReady, readyAtMs } from '../../src/inference/worker-choice.js';

const idle = { runs: 0, endsAtMs: 5 };
const busy = (endsAtMs?: number, runs = 1) => ({ runs, endsAtMs });

describe('readyAtMs', () => {
  it('gives an idle worker work at once, and none to one that cannot take any', () => {
    expect(readyAtMs(idle, 1)).toBe(-Infinity);
    expect(readyAtMs({ runs: undefined, endsAtMs: undefined }, 2)).toBe(Infinity);
  });

  it('depth 1: waits for the worker', () => {
    expect(readyAtMs(busy(100), 1)).toBe(Infinity);
  });

  it('depth 2: the next batch is there when the run ends, not sooner, and never a third', () => {
    expect(readyAtMs(busy(100), 2)).toBe(98);
    expect(readyAtMs(busy(undefined), 2)).toBe(Infinity);
    expect(readyAtMs(busy(100, 2), 2)).toBe(Infinity);
  });
});

describe('firstReady', () => {
  it('prefers idle workers, then those that are done first', () => {
    expect(firstReady([busy(50), idle, busy(40)], 2)).toEqual({ place: 1, atMs: -Infinity });
    expect(firstReady([busy(50), busy(40), busy(20, 2)], 2)).toEqual({ place: 1, atMs: 38 });
    expect(firstReady([busy(50)], 1).atMs).toBe(Infinity);
    expect(firstReady([], 1)).toEqual({ place: -1, atMs: Infinity });
  });
});

describe('pipelineDepth', () => {
  it('is one on the processor and two on a card, unless it is given', () => {
    expect([pipelineDepth(0, 'cpu'), pipelineDepth(0, 'cuda'), pipelineDepth(3, 'cpu')]).toEqual([1, 2, 3]);
  });
});
