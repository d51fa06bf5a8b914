import { describe, expect, it } from '@jest/globals';
import { FrameAnalysis } from '../../../src/rpc/gen/surgicam/v1/analysis.js';
import { frameAnalysisToJson } from '../../../src/rpc/messages/frame-analysis-json.js';
import { toFrameAnalysisMessage } from '../../../src/rpc/messages/frame-analysis-message.js';
import { sampleAnalysis } from '../../fixtures/sample-analysis.js';

const zeroBox = { x1: 0, y1: 0, x2: 0, y2: 0 };

describe('frameAnalysisToJson', () => {
  it('is canonical protobuf JSON with defaults shown', () => {
    const analysis = sampleAnalysis(
      {
        detections: [{ classId: 0, box: zeroBox, inputBox: zeroBox, confidence: 0 }],
        heatmaps: [
          { classId: 0, encoding: 'native_f32', width: 1, height: 1, data: new Uint8Array([0, 0, 128, 63]) },
        ],
      },
      { sequence: 0, framesDropped: { superseded: 2 }, mediaName: 'frame_000.png' },
    );
    const json: unknown = JSON.parse(
      JSON.stringify(frameAnalysisToJson(toFrameAnalysisMessage(analysis, { nowMonotonicMs: 1040 }))),
    );
    expect(json).toEqual({
      feedId: 'or-1',
      sequence: '0',
      mediaTimeUs: '1640000',
      captureTime: '2025-01-31T12:00:00.250Z',
      model: { name: 'sample', version: '1.2.0' },
      frameWidth: 640,
      frameHeight: 512,
      classScores: [
        { classId: 0, className: 'grasper', logit: 2.5, probability: 0.75, present: true },
        { classId: 1, className: 'hook', logit: -1.5, probability: 0.25, present: false },
      ],
      detections: [
        { classId: 0, className: 'grasper', box: zeroBox, inputBox: zeroBox, confidence: 0, outline: [] },
      ],
      heatmaps: [
        { classId: 0, encoding: 'HEATMAP_ENCODING_NATIVE_F32', width: 1, height: 1, data: 'AACAPw==' },
      ],
      regionFeatures: [],
      timing: { decodeUs: 4000, queueUs: 500, inferenceUs: 30000, explanationUs: 900, publishUs: 4000 },
      batchSize: 2,
      ageUs: '40000',
      framesDropped: [{ reason: 'FRAME_DROP_REASON_SUPERSEDED', count: '2' }],
      mediaName: 'frame_000.png',
    });
  });

  it('can be read back', () => {
    const message = toFrameAnalysisMessage(sampleAnalysis(), { nowMonotonicMs: 1040 });
    expect(FrameAnalysis.fromJSON(frameAnalysisToJson(message))).toEqual(message);
  });
});
