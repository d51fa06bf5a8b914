import { expect, it } from '@jest/globals';
import { readFileSync } from 'node:fs';
import type { PixelBox } from '../../src/domain/geometry.js';
import { boxAveragePrecision } from '../../src/evaluation/box-average-precision.js';
import { localizationIou, scaleTruth, tissueIou } from '../../src/evaluation/box-iou.js';
import { describeWith, sharedPath } from '../fixtures/requirements.js';

interface GoldenMetrics {
  readonly multiIou: readonly {
    /** Eight tools, then tissue. */
    readonly groundTruth1280x1024: readonly number[];
    readonly predicted320x256: readonly (readonly [number, readonly (readonly number[])[]])[];
    readonly iouPerClass: readonly (number | null)[];
  }[];
  readonly averagePrecision: readonly {
    readonly truePositive: readonly number[];
    readonly confidence: readonly number[];
    readonly predictedClass: readonly number[];
    readonly targetClass: readonly number[];
    readonly ap: readonly number[];
    readonly precision: readonly number[];
    readonly recall: readonly number[];
    readonly f1: readonly number[];
    readonly classes: readonly number[];
  }[];
}

const toBox = ([x1, y1, x2, y2]: readonly number[]): PixelBox => ({ x1: x1!, y1: y1!, x2: x2!, y2: y2! });

describeWith('shared', 'metrics against the reference implementation', () => {
  const golden = JSON.parse(
    readFileSync(sharedPath('golden', 'expected', 'metrics.json'), 'utf8'),
  ) as GoldenMetrics;

  it('gives its IoU of every class and frame', () => {
    let compared = 0;
    for (const { groundTruth1280x1024: truth, predicted320x256, iouPerClass } of golden.multiIou) {
      iouPerClass.forEach((expected, row) => {
        const corners = truth.slice(row * 4, row * 4 + 4);
        const isThere = corners.some((value) => value !== 0);
        const box = isThere
          ? scaleTruth(toBox(corners), { width: 1280, height: 1024 }, { width: 320, height: 256 })
          : undefined;
        const classId = row === 8 ? 10 : row;
        const boxes = predicted320x256.find(([id]) => id === classId)![1].map(toBox);
        const actual = row === 8 ? tissueIou(boxes, box) : localizationIou(boxes, box);
        if (expected === null) expect(actual).toBeUndefined();
        else expect(actual).toBeCloseTo(expected, 6);
        compared++;
      });
    }
    expect(compared).toBe(golden.multiIou.length * 9);
  });

  it('gives its average precision, precision, recall and F1 of every class', () => {
    for (const set of golden.averagePrecision) {
      const classes = set.classes.map((classId) => ({
        detections: set.confidence.flatMap((confidence, i) =>
          set.predictedClass[i] === classId ? [{ confidence, isHit: set.truePositive[i] === 1 }] : [],
        ),
        targets: set.targetClass.filter((id) => id === classId).length,
      }));
      boxAveragePrecision(classes).forEach((actual, row) => {
        expect(actual.averagePrecision).toBeCloseTo(set.ap[row]!, 6);
        expect(actual.precision).toBeCloseTo(set.precision[row]!, 6);
        expect(actual.recall).toBeCloseTo(set.recall[row]!, 6);
        expect(actual.f1).toBeCloseTo(set.f1[row]!, 6);
      });
    }
    expect(golden.averagePrecision.length).toBeGreaterThan(3);
  });
});
