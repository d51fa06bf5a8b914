import { describe, expect, it } from '@jest/globals';
import { batchInputs } from '../../src/inference/batch-inputs.js';
import type { GraphInputShape } from '../../src/inference/graph-session.js';
import { SAMPLE_MODEL } from '../fixtures/sample-model.js';

const MODEL = { ...SAMPLE_MODEL, inputWidth: 2, inputHeight: 1 };
const FRAMES: GraphInputShape = { name: 'frames', type: 'uint8', dims: ['N', 1, 2, 3] };
const THRESHOLDS: GraphInputShape = { name: 'roi_thresholds', type: 'float32', dims: ['N', 3] };

const frame = (first: number, threshold: number) => ({
  pixels: Uint8Array.from({ length: 6 }, (_, i) => first + i).buffer,
  roiThresholds: [threshold, threshold, 1],
});

describe('batchInputs', () => {
  it('hands the buffer of a single frame over without copying it', () => {
    const only = frame(10, 0.5);
    const { frames } = batchInputs([only], MODEL, [FRAMES]);
    expect(frames).toMatchObject({ type: 'uint8', dims: [1, 1, 2, 3] });
    expect(frames!.data.buffer).toBe(only.pixels);
  });

  it('puts the frames of a batch and their thresholds behind each other', () => {
    const inputs = batchInputs([frame(0, 0.25), frame(50, 0.5)], MODEL, [FRAMES, THRESHOLDS]);
    expect([...inputs.frames!.data]).toEqual([0, 1, 2, 3, 4, 5, 50, 51, 52, 53, 54, 55]);
    expect(inputs.frames!.dims).toEqual([2, 1, 2, 3]);
    expect([...inputs.roi_thresholds!.data]).toEqual([0.25, 0.25, 1, 0.5, 0.5, 1]);
    expect(inputs.roi_thresholds!.dims).toEqual([2, 3]);
  });

  it('gives a graph only the inputs that it has', () => {
    expect(Object.keys(batchInputs([frame(0, 0.5)], MODEL, [FRAMES]))).toEqual(['frames']);
  });
});
