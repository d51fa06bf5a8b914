import { areaUnder, precisionRecallCurve, type CurvePoint } from './average-precision.js';

/** How presence of one class was told, over all frames. */
export interface PresenceSummary {
  readonly positives: number;
  /** undefined when the class never occurs. */
  readonly averagePrecision: number | undefined;
  readonly truePositives: number;
  readonly falsePositives: number;
  readonly falseNegatives: number;
  readonly trueNegatives: number;
  readonly curve: readonly CurvePoint[];
}

/** Collects presence of every class frame by frame: five bytes a class and frame. */
export class PresenceScores {
  readonly #scores: GrowingColumn<Float32Array>[];
  readonly #labels: GrowingColumn<Uint8Array>[];
  readonly #counts: { tp: number; fp: number; fn: number; tn: number }[];
  #frames = 0;
  #allRight = 0;

  constructor(classes: number) {
    this.#scores = Array.from({ length: classes }, () => new GrowingColumn(new Float32Array(1024)));
    this.#labels = Array.from({ length: classes }, () => new GrowingColumn(new Uint8Array(1024)));
    this.#counts = Array.from({ length: classes }, () => ({ tp: 0, fp: 0, fn: 0, tn: 0 }));
  }

  /** One frame; returns how many classes were told wrongly. */
  add(probabilities: ArrayLike<number>, present: readonly boolean[], labels: readonly number[]): number {
    let wrong = 0;
    this.#counts.forEach((count, k) => {
      this.#scores[k]!.push(probabilities[k]!);
      this.#labels[k]!.push(labels[k]!);
      const isThere = labels[k] === 1;
      if (present[k] !== isThere) wrong++;
      if (present[k] === true) count[isThere ? 'tp' : 'fp']++;
      else count[isThere ? 'fn' : 'tn']++;
    });
    this.#frames++;
    if (wrong === 0) this.#allRight++;
    return wrong;
  }

  /** Share of the frames on which every class was told rightly; NaN without frames. */
  get subsetAccuracy(): number {
    return this.#allRight / this.#frames;
  }

  summaries(): PresenceSummary[] {
    return this.#counts.map(({ tp, fp, fn, tn }, k) => {
      const curve = precisionRecallCurve(this.#scores[k]!.values, this.#labels[k]!.values);
      return {
        positives: tp + fn,
        averagePrecision: areaUnder(curve),
        truePositives: tp,
        falsePositives: fp,
        falseNegatives: fn,
        trueNegatives: tn,
        curve,
      };
    });
  }
}

/** Mean average precision over the classes that occur; undefined when none does. */
export function meanAveragePrecision(summaries: readonly PresenceSummary[]): number | undefined {
  const known = summaries.flatMap(({ averagePrecision: ap }) => (ap === undefined ? [] : [ap]));
  return known.length === 0 ? undefined : known.reduce((sum, value) => sum + value, 0) / known.length;
}

/** A typed array that doubles when it is full. */
class GrowingColumn<T extends Float32Array | Uint8Array> {
  #length = 0;

  constructor(private array: T) {}

  push(value: number): void {
    if (this.#length === this.array.length) {
      const larger = new (this.array.constructor as new (length: number) => T)(this.#length * 2);
      larger.set(this.array);
      this.array = larger;
    }
    this.array[this.#length++] = value;
  }

  get values(): T {
    return this.array.subarray(0, this.#length) as T;
  }
}
