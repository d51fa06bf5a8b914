import { describe, expect, it } from '@jest/globals';
import { buffersOf, withOwnBuffers } from '../../src/inference/result-buffers.js';
import type { FrameResult } from '../../src/inference/worker-messages.js';

function result(): FrameResult {
  const batch = Float32Array.from({ length: 100 }, (_, i) => i);
  const shared = new Uint8Array([1, 2, 3]);
  const heatmap = { classId: 0, encoding: 'full_u8', width: 3, height: 1, data: shared } as const;
  const box = { x1: 0, y1: 0, x2: 1, y2: 1 };
  const detection = { classId: 0, box, inputBox: box, confidence: 0.5 };
  const pooled = Buffer.from('a small Buffer shares a pool');
  return {
    logits: batch.subarray(4, 8),
    probabilities: Float32Array.of(0.5),
    products: [
      {
        present: [true],
        detections: [detection, { ...detection, outline: batch.subarray(10, 16) }],
        heatmaps: [heatmap, { ...heatmap, encoding: 'png', data: pooled }],
        features: [{ classId: 0, variant: 'sl_fe', values: batch.subarray(50, 60) }],
      },
      { present: [true], detections: [], heatmaps: [heatmap], features: [] },
    ],
    explanationUs: 7,
  };
}

describe('withOwnBuffers', () => {
  it('keeps the values and leaves the buffers they were part of behind', () => {
    const before = result();
    const after = withOwnBuffers(before);
    expect([...after.logits]).toEqual([4, 5, 6, 7]);
    const [product] = after.products;
    expect([...product!.detections[1]!.outline!]).toEqual([10, 11, 12, 13, 14, 15]);
    expect(Buffer.from(product!.heatmaps[1]!.data).toString()).toBe('a small Buffer shares a pool');
    expect([...product!.features[0]!.values]).toEqual([50, 51, 52, 53, 54, 55, 56, 57, 58, 59]);
    expect(product!.detections[0]).toEqual(before.products[0]!.detections[0]);
    expect(after.explanationUs).toBe(7);
    for (const { byteLength } of buffersOf([after])) expect(byteLength).toBeLessThan(64);
  });

  it('copies nothing that has a buffer of its own', () => {
    const before = result();
    const after = withOwnBuffers(before);
    expect(after.probabilities).toBe(before.probabilities);
    expect(after.products[0]!.heatmaps[0]!.data).toBe(before.products[0]!.heatmaps[0]!.data);
  });
});

describe('buffersOf', () => {
  it('names every buffer once, so that all can be transferred', () => {
    const after = withOwnBuffers(result());
    const buffers = buffersOf([after]);
    expect(buffers).toHaveLength(6); // logits, probabilities, outline, shared heatmap, PNG, feature
    const moved = structuredClone(after, { transfer: buffers });
    expect(buffers.map(({ byteLength }) => byteLength)).toEqual([0, 0, 0, 0, 0, 0]);
    expect([...moved.products[1]!.heatmaps[0]!.data]).toEqual([1, 2, 3]);
  });
});
