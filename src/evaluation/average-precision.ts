/** A point of a precision-recall curve. */
export interface CurvePoint {
  readonly recall: number;
  readonly precision: number;
}

/**
 * Precision and recall at every score that occurs, from the highest score down; equal scores are taken together, as
 * scikit-learn does. Empty when no label is positive.
 */
export function precisionRecallCurve(scores: ArrayLike<number>, labels: ArrayLike<number>): CurvePoint[] {
  const order = Array.from({ length: scores.length }, (_, i) => i).sort((a, b) => scores[b]! - scores[a]!);
  const positives = order.reduce((sum, i) => sum + labels[i]!, 0);
  if (positives === 0) return [];
  const points: CurvePoint[] = [];
  let truePositives = 0;
  order.forEach((i, rank) => {
    truePositives += labels[i]!;
    const next = order[rank + 1];
    if (next !== undefined && scores[next] === scores[i]) return;
    points.push({ recall: truePositives / positives, precision: truePositives / (rank + 1) });
  });
  return points;
}

/**
 * Average precision by scikit-learn's definition: the sum over the curve of (recall - previous recall) * precision,
 * without interpolation. undefined when no label is positive.
 */
export function averagePrecision(scores: ArrayLike<number>, labels: ArrayLike<number>): number | undefined {
  return areaUnder(precisionRecallCurve(scores, labels));
}

/** The same from a curve that is known. */
export function areaUnder(curve: readonly CurvePoint[]): number | undefined {
  if (curve.length === 0) return undefined;
  let sum = 0;
  let previous = 0;
  for (const { recall, precision } of curve) {
    sum += (recall - previous) * precision;
    previous = recall;
  }
  return sum;
}
