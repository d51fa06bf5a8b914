import { describe, expect, it } from '@jest/globals';
import { buffersOf, inFewBuffers } from '../../src/inference/result-buffers.js';
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

describe('inFewBuffers', () => {
  it('keeps the values and leaves the buffers they were part of behind', () => {
    const before = result();
    const after = inFewBuffers(before);
    expect([...after.logits]).toEqual([4, 5, 6, 7]);
    const [product] = after.products;
    expect([...product!.detections[1]!.outline!]).toEqual([10, 11, 12, 13, 14, 15]);
    expect(Buffer.from(product!.heatmaps[1]!.data).toString()).toBe('a small Buffer shares a pool');
    expect([...product!.features[0]!.values]).toEqual([50, 51, 52, 53, 54, 55, 56, 57, 58, 59]);
    expect(product!.detections[0]).toEqual(before.products[0]!.detections[0]);
    expect(after.explanationUs).toBe(7);
    for (const { byteLength } of buffersOf([after])) expect(byteLength).toBeLessThan(150);
  });

  it('puts everything small into one buffer, what stands in several products once', () => {
    const after = inFewBuffers(result());
    const buffers = buffersOf([after]);
    expect(buffers).toHaveLength(1);
    // Four logits, a probability, three bytes, a PNG of 28, six and ten values; each at a multiple of four.
    expect(buffers[0]!.byteLength).toBe(16 + 4 + 24 + 4 + 28 + 40);
    expect(after.products[1]!.heatmaps[0]!.data).toBe(after.products[0]!.heatmaps[0]!.data);
  });

  it('copies nothing large that has a buffer of its own', () => {
    const before = result();
    const large = { ...before.products[0]!.heatmaps[0]!, data: new Uint8Array(64 * 1024) };
    const after = inFewBuffers({
      ...before,
      products: [{ present: [], detections: [], heatmaps: [large], features: [] }],
    });
    expect(after.products[0]!.heatmaps[0]!.data).toBe(large.data);
    expect(buffersOf([after])).toHaveLength(2);
  });
});

describe('buffersOf', () => {
  it('names every buffer once, so that all can be transferred', () => {
    const results = [inFewBuffers(result()), inFewBuffers(result())];
    const buffers = buffersOf(results);
    expect(buffers).toHaveLength(2);
    const moved = structuredClone(results, { transfer: buffers });
    expect(buffers.map(({ byteLength }) => byteLength)).toEqual([0, 0]);
    expect([...moved[1]!.products[1]!.heatmaps[0]!.data]).toEqual([1, 2, 3]);
    expect([...moved[0]!.logits]).toEqual([4, 5, 6, 7]);
  });
});
