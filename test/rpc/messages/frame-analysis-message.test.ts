import { describe, expect, it } from '@jest/globals';
import {
  FeatureVariant,
  FrameDropReason,
  HeatmapEncoding,
} from '../../../src/rpc/gen/surgicam/v1/analysis.js';
import { FrameAnalysis } from '../../../src/rpc/gen/surgicam/v1/analysis.js';
import { toFrameAnalysisMessage } from '../../../src/rpc/messages/frame-analysis-message.js';
import { sampleAnalysis } from '../../fixtures/sample-analysis.js';

const at = { nowMonotonicMs: 1040.5 };

describe('toFrameAnalysisMessage', () => {
  it('translates the facts and counts ages up to now', () => {
    expect(toFrameAnalysisMessage(sampleAnalysis(), at)).toEqual({
      feedId: 'or-1',
      sequence: 41n,
      mediaTimeUs: 1_640_000n,
      captureTime: new Date('2025-01-31T12:00:00.250Z'),
      model: { name: 'sample', version: '1.2.0' },
      frameWidth: 640,
      frameHeight: 512,
      classScores: [
        { classId: 0, className: 'grasper', logit: 2.5, probability: 0.75, present: true },
        { classId: 1, className: 'hook', logit: -1.5, probability: 0.25, present: false },
      ],
      detections: [],
      heatmaps: [],
      regionFeatures: [],
      timing: { decodeUs: 4000, queueUs: 500, inferenceUs: 30_000, explanationUs: 900, publishUs: 4500 },
      batchSize: 2,
      ageUs: 40_500n,
      framesDropped: [],
      mediaName: undefined,
      preview: undefined,
    });
  });

  it('translates regions, with the outline as points', () => {
    const inputBox = { x1: 0, y1: 64, x2: 160, y2: 128 };
    const box = { x1: 0, y1: 0.25, x2: 0.5, y2: 0.5 };
    const outline = Float32Array.of(0, 0.25, 0.5, 0.25, 0.5, 0.5);
    const detection = { classId: 1, box, inputBox, confidence: 0.625, outline };
    const { detections } = toFrameAnalysisMessage(sampleAnalysis({ detections: [detection] }), at);
    expect(detections).toEqual([
      {
        classId: 1,
        className: 'hook',
        box,
        inputBox,
        confidence: 0.625,
        outline: [
          { x: 0, y: 0.25 },
          { x: 0.5, y: 0.25 },
          { x: 0.5, y: 0.5 },
        ],
      },
    ]);
  });

  it('passes heatmap bytes on without copying', () => {
    const data = new Uint8Array([1, 2, 3, 4, 5, 6]).subarray(2);
    const heatmap = { classId: 0, encoding: 'full_u8', width: 2, height: 2, data } as const;
    const [message] = toFrameAnalysisMessage(sampleAnalysis({ heatmaps: [heatmap] }), at).heatmaps;
    expect(message).toMatchObject({ classId: 0, encoding: HeatmapEncoding.FULL_U8, width: 2, height: 2 });
    expect([...message!.data]).toEqual([3, 4, 5, 6]);
    expect(message!.data.buffer).toBe(data.buffer);
  });

  it('writes features as floats or as float16', () => {
    const features = [{ classId: 0, variant: 'sl_fe', values: Float32Array.of(0.5, -2) } as const];
    const floats = toFrameAnalysisMessage(sampleAnalysis({ features }), at).regionFeatures[0]!;
    expect(floats).toMatchObject({ variant: FeatureVariant.SL_FE, className: 'grasper', values: [0.5, -2] });
    expect(floats.inputBox).toBeUndefined();
    expect(floats.valuesF16).toHaveLength(0);
    const halves = toFrameAnalysisMessage(sampleAnalysis({ features }), { ...at, float16: true });
    expect(halves.regionFeatures[0]!.values).toEqual([]);
    expect([...halves.regionFeatures[0]!.valuesF16]).toEqual([0x00, 0x38, 0x00, 0xc0]);
  });

  it('lists drops by reason, and only those there were', () => {
    const framesDropped = { superseded: 3, inference_failed: 0, shutdown: 1 };
    expect(toFrameAnalysisMessage(sampleAnalysis({}, { framesDropped }), at).framesDropped).toEqual([
      { reason: FrameDropReason.SUPERSEDED, count: 3n },
      { reason: FrameDropReason.SHUTDOWN, count: 1n },
    ]);
  });

  it('saturates timings, and never goes below zero', () => {
    const timing = { decodeUs: 1e12, queueUs: -1, inferenceUs: 0.4, explanationUs: 0.6 };
    const message = toFrameAnalysisMessage(sampleAnalysis({}, { timing }), { nowMonotonicMs: 0 });
    expect(message.timing).toEqual({
      decodeUs: 0xffffffff,
      queueUs: 0,
      inferenceUs: 0,
      explanationUs: 1,
      publishUs: 0,
    });
    expect(message.ageUs).toBe(0n);
  });

  it('survives the wire', () => {
    const message = toFrameAnalysisMessage(sampleAnalysis({}, { mediaName: 'a.png', sequence: 2 ** 40 }), at);
    expect(FrameAnalysis.decode(FrameAnalysis.encode(message).finish())).toEqual(message);
  });
});
