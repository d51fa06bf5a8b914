import type { ProbabilityFunction } from '../domain/model-description.js';

export function sigmoid(value: number): number {
  return 1 / (1 + Math.exp(-value));
}

/** Probabilities, one a logit: of independent classes (sigmoid), or of classes of which exactly one is right (softmax). */
export function probabilitiesOf(logits: Float32Array, kind: ProbabilityFunction): Float32Array {
  if (kind === 'sigmoid') return logits.map(sigmoid);
  const greatest = logits.reduce((a, b) => Math.max(a, b), -Infinity);
  const powers = Float64Array.from(logits, (logit) => Math.exp(logit - greatest));
  const total = powers.reduce((a, b) => a + b, 0);
  return Float32Array.from(powers, (power) => power / total);
}

/** Class k is present when its probability exceeds its T_class (strictly, both float32 as in the reference). */
export function presentClasses(probabilities: Float32Array, thresholds: readonly number[]): boolean[] {
  return thresholds.map((threshold, classId) => probabilities[classId]! > Math.fround(threshold));
}
