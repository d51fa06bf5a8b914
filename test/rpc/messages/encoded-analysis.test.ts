import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { FrameAnalysis } from '../../../src/domain/frame-analysis.js';
import {
  AnalyzeStreamResponse,
  SubscribeResponse,
} from '../../../src/rpc/gen/surgicam/v1/analysis_service.js';
import { encodeAnalysisResponse } from '../../../src/rpc/messages/encoded-analysis.js';
import { toFrameAnalysisMessage } from '../../../src/rpc/messages/frame-analysis-message.js';
import { sampleAnalysis } from '../../fixtures/sample-analysis.js';

const float = fc.float({ noNaN: true, noDefaultInfinity: true });
const floats = (length: number) =>
  fc.array(float, { minLength: length, maxLength: length }).map((values) => Float32Array.from(values));
const share = fc.float({ min: 0, max: 1, noNaN: true });
const box = fc.record({ x1: share, y1: share, x2: share, y2: share });
const pixel = fc.nat(4096);
const inputBox = fc.record({ x1: pixel, y1: pixel, x2: pixel, y2: pixel });
const classId = fc.nat(1);
const micro = fc.oneof(fc.nat(), fc.integer({ min: -5, max: 2 ** 40 }));

const detection = fc.record(
  { classId, box, inputBox, confidence: share, outline: floats(6) },
  { requiredKeys: ['classId', 'box', 'inputBox', 'confidence'] },
);
const heatmap = fc.record({
  classId,
  encoding: fc.constantFrom('native_f32', 'full_u8', 'full_f32', 'png'),
  width: pixel,
  height: pixel,
  data: fc.uint8Array({ maxLength: 400 }),
});
const feature = fc.record(
  { classId, variant: fc.constantFrom('sl_fe', 'l_fe', 'ln_fe'), inputBox, values: floats(16) },
  { requiredKeys: ['classId', 'variant', 'values'] },
);
const analyses = fc
  .record({
    product: fc.record(
      {
        present: fc.tuple(fc.boolean(), fc.boolean()),
        detections: fc.array(detection, { maxLength: 4 }),
        heatmaps: fc.array(heatmap, { maxLength: 4 }),
        features: fc.array(feature, { maxLength: 4 }),
        preview: fc.record({ width: pixel, height: pixel, jpeg: fc.uint8Array() }),
      },
      { requiredKeys: ['present', 'detections', 'heatmaps', 'features'] },
    ),
    facts: fc.record(
      {
        sequence: fc.maxSafeNat(),
        mediaTimeUs: fc.integer({ min: -(2 ** 50), max: 2 ** 50 }),
        mediaName: fc.string(),
        feedId: fc.string(),
        logits: floats(2),
        probabilities: floats(2),
        timing: fc.record({ decodeUs: micro, queueUs: micro, inferenceUs: micro, explanationUs: micro }),
        batchSize: fc.nat(),
        framesDropped: fc.record({ superseded: fc.nat(), shutdown: fc.nat() }, { requiredKeys: [] }),
      },
      { requiredKeys: [] },
    ),
  })
  .map(({ product, facts }) => sampleAnalysis(product as Partial<FrameAnalysis['product']>, facts));
const counts = fc.bigInt({ min: 0n, max: 2n ** 60n });
const skips = fc.option(
  fc.record({ slowReader: counts, rateLimited: counts, stale: counts, annotations: counts }),
  { nil: undefined },
);
/** Before the frame's own times as well, as clocks may have it. */
const moment = fc.double({ min: 0, max: 1e9, noNaN: true });

describe('encodeAnalysisResponse', () => {
  it('makes the message that the generated code makes, for each of several subscribers', () => {
    fc.assert(
      fc.property(
        analyses,
        fc.boolean(),
        fc.array(fc.tuple(moment, skips), { minLength: 1 }),
        (analysis, float16, each) => {
          for (const [nowMonotonicMs, skipped] of each) {
            const options = { nowMonotonicMs, float16 };
            const value = toFrameAnalysisMessage(analysis, options);
            const expected = { response: { $case: 'frameAnalysis' as const, value }, skipped };
            const bytes = encodeAnalysisResponse(analysis, options, skipped);
            expect(SubscribeResponse.decode(bytes)).toEqual(
              SubscribeResponse.decode(SubscribeResponse.encode(expected).finish()),
            );
            expect(AnalyzeStreamResponse.decode(bytes)).toEqual(
              AnalyzeStreamResponse.decode(AnalyzeStreamResponse.encode(expected).finish()),
            );
          }
        },
      ),
      { numRuns: 300 },
    );
  });

  it('encodes anew what another frame has made of the same product', () => {
    const first = sampleAnalysis({}, { sequence: 1 });
    const second = { facts: { ...first.facts, sequence: 2 }, product: first.product };
    const sequences = [first, second, first].map((analysis) => {
      const { response } = SubscribeResponse.decode(
        encodeAnalysisResponse(analysis, { nowMonotonicMs: 0 }, undefined),
      );
      return response?.$case === 'frameAnalysis' ? response.value.sequence : undefined;
    });
    expect(sequences).toEqual([1n, 2n, 1n]);
  });
});
