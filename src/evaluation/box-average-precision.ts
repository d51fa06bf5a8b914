/** A detection of one class: its confidence, and whether it hit a true box that no better one had hit. */
export interface ScoredDetection {
  readonly confidence: number;
  readonly isHit: boolean;
}

/** All detections of one class, and how many true boxes it has. */
export interface ClassDetections {
  readonly detections: readonly ScoredDetection[];
  readonly targets: number;
}

export interface BoxPrecision {
  readonly averagePrecision: number;
  readonly precision: number;
  readonly recall: number;
  readonly f1: number;
}

/** Points of the recall axis at which precision is read, as COCO has them. */
const RECALL_POINTS = 101;

/** Points of the confidence axis among which the working point is looked for. */
const CONFIDENCE_POINTS = 1000;

/** As the reference has it, against division by zero. */
const EPSILON = 1e-16;

/**
 * Average precision of boxes for every class: the precision envelope over recall, closed by (0, 1) and (1, 0), read at
 * 101 points and integrated by the trapezoidal rule. Precision, recall and F1 are those at the one confidence, common
 * to all classes, at which the classes' mean F1 is greatest (what the reference implementation computes).
 */
export function boxAveragePrecision(classes: readonly ClassDetections[]): BoxPrecision[] {
  const curves = classes.map(curveOf);
  const workingPoint = bestConfidence(curves);
  return curves.map((curve) => ({
    averagePrecision: areaUnder(curve),
    ...pointAt(curve, workingPoint),
  }));
}

/** From the most confident detection down; empty without detections or true boxes. */
interface Curve {
  readonly negatedConfidences: readonly number[];
  readonly recalls: readonly number[];
  readonly precisions: readonly number[];
}

function curveOf({ detections, targets }: ClassDetections): Curve {
  const ranked = targets === 0 ? [] : [...detections].sort((a, b) => b.confidence - a.confidence);
  const recalls: number[] = [];
  const precisions: number[] = [];
  let hits = 0;
  ranked.forEach(({ isHit }, i) => {
    if (isHit) hits++;
    recalls.push(hits / (targets + EPSILON));
    precisions.push(hits / (i + 1));
  });
  return { negatedConfidences: ranked.map(({ confidence }) => -confidence), recalls, precisions };
}

function areaUnder(curve: Curve): number {
  if (curve.recalls.length === 0) return 0;
  const recalls = [0, ...curve.recalls, 1];
  const envelope = [1, ...curve.precisions, 0];
  for (let i = envelope.length - 2; i >= 0; i--) envelope[i] = Math.max(envelope[i]!, envelope[i + 1]!);
  const step = 1 / (RECALL_POINTS - 1);
  let area = 0;
  let previous = valueAt(0, recalls, envelope);
  for (let i = 1; i < RECALL_POINTS; i++) {
    const value = valueAt(i * step, recalls, envelope);
    area += ((previous + value) / 2) * step;
    previous = value;
  }
  return area;
}

/** Above every confidence nothing is found yet: recall 0, precision 1. */
function pointAt(curve: Curve, confidence: number): Omit<BoxPrecision, 'averagePrecision'> {
  const { negatedConfidences, recalls, precisions } = curve;
  if (recalls.length === 0) return { precision: 0, recall: 0, f1: 0 };
  const isBefore = -confidence < negatedConfidences[0]!;
  const recall = isBefore ? 0 : valueAt(-confidence, negatedConfidences, recalls);
  const precision = isBefore ? 1 : valueAt(-confidence, negatedConfidences, precisions);
  return { precision, recall, f1: (2 * precision * recall) / (precision + recall + EPSILON) };
}

function bestConfidence(curves: readonly Curve[]): number {
  let best = 0;
  let greatest = -Infinity;
  for (let i = 0; i < CONFIDENCE_POINTS; i++) {
    const confidence = i / (CONFIDENCE_POINTS - 1);
    const sum = curves.reduce((total, curve) => total + pointAt(curve, confidence).f1, 0);
    if (sum > greatest) [best, greatest] = [confidence, sum];
  }
  return best;
}

/** Linear interpolation; where several points have the same x, the last of them counts, as in NumPy. */
function valueAt(x: number, xs: readonly number[], ys: readonly number[]): number {
  let low = 0;
  let high = xs.length;
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    if (xs[middle]! <= x) low = middle;
    else high = middle;
  }
  if (low === xs.length - 1) return ys[low]!;
  const width = xs[low + 1]! - xs[low]!;
  return ys[low]! + ((ys[low + 1]! - ys[low]!) / width) * (x - xs[low]!);
}
