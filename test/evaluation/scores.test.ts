import { describe, expect, it } from '@jest/globals';
import { averagePrecision, precisionRecallCurve } from '../../src/evaluation/average-precision.js';
import { boxAveragePrecision } from '../../src/evaluation/box-average-precision.js';
import { boxIou, localizationIou, tissueIou } from '../../src/evaluation/box-iou.js';
import { LocalizationScores } from '../../src/evaluation/localization-scores.js';
import { PresenceScores, meanAveragePrecision } from '../../src/evaluation/presence-scores.js';

const box = (x1: number, y1: number, x2: number, y2: number) => ({ x1, y1, x2, y2 });

describe('averagePrecision', () => {
  // Checked by hand: after 0.9 (1/1), 0.8 (1/2), 0.7 (2/3); recall rises by halves.
  it('is the sum of precision over steps of recall', () => {
    expect(averagePrecision([0.9, 0.8, 0.7, 0.1], [1, 0, 1, 0])).toBeCloseTo(0.5 + 0.5 * (2 / 3), 12);
  });

  it('takes equal scores together, whatever their order', () => {
    expect(averagePrecision([0.5, 0.5], [1, 0])).toBe(0.5);
    expect(averagePrecision([0.5, 0.5], [0, 1])).toBe(0.5);
    expect(precisionRecallCurve([0.5, 0.5, 0.1], [0, 1, 1])).toEqual([
      { recall: 0.5, precision: 0.5 },
      { recall: 1, precision: 2 / 3 },
    ]);
  });

  it('is 1 for a perfect order and undefined for a class that never occurs', () => {
    expect(averagePrecision([0.9, 0.8, 0.1], [1, 1, 0])).toBe(1);
    expect(averagePrecision([0.9, 0.8], [0, 0])).toBeUndefined();
  });
});

describe('localization', () => {
  it('counts both corners as pixels of the box', () => {
    expect(boxIou(box(0, 0, 9, 9), box(0, 0, 9, 9))).toBe(1);
    expect(boxIou(box(0, 0, 9, 9), box(10, 10, 19, 19))).toBe(0);
    expect(boxIou(box(0, 0, 9, 9), box(5, 0, 14, 9))).toBeCloseTo(50 / 150, 12);
  });

  it('has four cases', () => {
    expect(localizationIou([box(0, 0, 9, 9), box(20, 20, 29, 29)], box(0, 0, 9, 9))).toBe(0.5);
    expect(localizationIou([], box(0, 0, 9, 9))).toBe(0);
    expect(localizationIou([], undefined)).toBeUndefined();
    expect(localizationIou([box(0, 0, 9, 9)], undefined)).toBeCloseTo(1 / 100, 12);
  });

  it('merges tissue, and no tissue anywhere is agreement', () => {
    expect(tissueIou([box(0, 0, 4, 9), box(5, 0, 9, 9)], box(0, 0, 9, 9))).toBe(1);
    expect(tissueIou([], undefined)).toBe(1);
  });
});

describe('boxAveragePrecision', () => {
  it('is 1 for perfect detections, and 0 without any', () => {
    const perfect = [0.9, 0.8, 0.7].map((confidence) => ({ confidence, isHit: true }));
    const [all, none] = boxAveragePrecision([
      { detections: perfect, targets: 3 },
      { detections: [], targets: 2 },
    ]);
    expect(all!.averagePrecision).toBeCloseTo(1, 2);
    expect(none).toEqual({ averagePrecision: 0, precision: 0, recall: 0, f1: 0 });
  });
});

describe('LocalizationScores', () => {
  it('gives the one true box to the most confident box that reaches it', () => {
    const scores = new LocalizationScores(1, 0.5);
    const truth = box(0, 0, 9, 9);
    const predicted = [
      { box: box(0, 0, 9, 9), confidence: 0.4 },
      { box: box(0, 0, 9, 8), confidence: 0.9 },
    ];
    expect(scores.add([predicted], [truth])).toBeCloseTo((1 + 0.9) / 2, 12);
    expect(scores.add([[]], [undefined])).toBeUndefined();
    const [only] = scores.classes();
    expect(only!.meanIou).toBeCloseTo(0.95, 12);
    // The first hit reaches recall 1 at precision 1; what follows cannot lower the envelope before it.
    expect(only!.boxAp).toBeCloseTo(0.995, 2);
  });

  it('has no number for a class that is neither predicted nor true', () => {
    const scores = new LocalizationScores(2, 0.5, 1);
    scores.add([[], [{ box: box(0, 0, 9, 9), confidence: 1 }]], [undefined, box(0, 0, 9, 9)]);
    expect(scores.classes()[0]).toEqual({ meanIou: undefined, boxAp: undefined });
    expect(scores.classes()[1]!.meanIou).toBe(1);
  });
});

describe('PresenceScores', () => {
  it('counts what was found, missed, invented and rightly absent, over more frames than it made room for', () => {
    const scores = new PresenceScores(2);
    const frames = 3000;
    for (let i = 0; i < frames; i++) {
      const label = i % 2;
      const wrong = scores.add([label === 1 ? 0.9 : 0.2, 0.7], [label === 1, true], [label, i < 10 ? 1 : 0]);
      expect(wrong).toBe(i < 10 ? 0 : 1);
    }
    const [first, second] = scores.summaries();
    expect(first).toMatchObject({
      positives: 1500,
      averagePrecision: 1,
      truePositives: 1500,
      trueNegatives: 1500,
    });
    expect(second).toMatchObject({ positives: 10, truePositives: 10, falsePositives: frames - 10 });
    expect(scores.subsetAccuracy).toBeCloseTo(10 / frames, 12);
    expect(meanAveragePrecision(scores.summaries())).toBeCloseTo((1 + 10 / frames) / 2, 12);
  });
});
