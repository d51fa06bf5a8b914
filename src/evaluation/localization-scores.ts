import type { PixelBox } from '../domain/geometry.js';
import { boxAveragePrecision, type ScoredDetection } from './box-average-precision.js';
import { boxIou, localizationIou, mergedBox, tissueIou } from './box-iou.js';

/** A predicted box of one class. */
export interface PredictedBox {
  readonly box: PixelBox;
  readonly confidence: number;
}

export interface ClassLocalization {
  /** Mean over the frames where it is defined; undefined when it never is. */
  readonly meanIou: number | undefined;
  /** undefined when the class has no true box. */
  readonly boxAp: number | undefined;
}

/** Collects localization of every class under one T_roi, frame by frame. */
export class LocalizationScores {
  readonly #ious: { sum: number; count: number }[];
  readonly #detections: ScoredDetection[][];
  readonly #targets: number[];

  /** `hitIou`: a predicted box is right when its IoU with the true one is at least this. */
  constructor(
    classes: number,
    private readonly hitIou: number,
    private readonly tissueClass?: number,
  ) {
    this.#ious = Array.from({ length: classes }, () => ({ sum: 0, count: 0 }));
    this.#detections = Array.from({ length: classes }, () => []);
    this.#targets = Array.from({ length: classes }, () => 0);
  }

  /** One frame, boxes by class; returns the mean IoU of its classes, undefined when none has one. */
  add(
    predicted: readonly (readonly PredictedBox[])[],
    truths: readonly (PixelBox | undefined)[],
  ): number | undefined {
    let sum = 0;
    let count = 0;
    predicted.forEach((boxes, k) => {
      const truth = truths[k];
      const isTissue = k === this.tissueClass;
      if (truth !== undefined) this.#targets[k]!++;
      this.#detections[k]!.push(...this.#scored(isTissue ? merged(boxes) : boxes, truth));
      const corners = boxes.map(({ box }) => box);
      const iou = isTissue ? tissueIou(corners, truth) : localizationIou(corners, truth);
      if (iou === undefined) return;
      this.#ious[k]!.sum += iou;
      this.#ious[k]!.count++;
      sum += iou;
      count++;
    });
    return count === 0 ? undefined : sum / count;
  }

  /** Of every class. */
  classes(): ClassLocalization[] {
    const precision = boxAveragePrecision(
      this.#detections.map((detections, k) => ({ detections, targets: this.#targets[k]! })),
    );
    return this.#ious.map(({ sum, count }, k) => ({
      meanIou: count === 0 ? undefined : sum / count,
      boxAp: this.#targets[k] === 0 ? undefined : precision[k]!.averagePrecision,
    }));
  }

  /** The one true box goes to the most confident detection that reaches it. */
  #scored(boxes: readonly PredictedBox[], truth: PixelBox | undefined): ScoredDetection[] {
    let isTaken = truth === undefined;
    return [...boxes]
      .sort((a, b) => b.confidence - a.confidence)
      .map(({ box, confidence }) => {
        const isHit = !isTaken && boxIou(box, truth!) >= this.hitIou;
        if (isHit) isTaken = true;
        return { confidence, isHit };
      });
  }
}

/** One region of all, as confident as the most confident of them. */
function merged(boxes: readonly PredictedBox[]): PredictedBox[] {
  if (boxes.length === 0) return [];
  return [
    {
      box: mergedBox(boxes.map(({ box }) => box)),
      confidence: Math.max(...boxes.map(({ confidence }) => confidence)),
    },
  ];
}
