export function sigmoid(value: number): number {
  return 1 / (1 + Math.exp(-value));
}

/** Probabilities of independent classes (multi-label), one a logit. */
export function probabilitiesOf(logits: Float32Array): Float32Array {
  return logits.map(sigmoid);
}

/** Class k is present when its probability exceeds its T_class (strictly, both float32 as in the reference). */
export function presentClasses(probabilities: Float32Array, thresholds: readonly number[]): boolean[] {
  return thresholds.map((threshold, classId) => probabilities[classId]! > Math.fround(threshold));
}
