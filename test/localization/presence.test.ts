import { describe, expect, it } from '@jest/globals';
import { presentClasses, probabilitiesOf, sigmoid } from '../../src/localization/presence.js';

describe('presence', () => {
  it('is the sigmoid of the logit, finite however far out', () => {
    expect(sigmoid(0)).toBe(0.5);
    expect([...probabilitiesOf(Float32Array.of(-1000, 1000), 'sigmoid')]).toEqual([0, 1]);
    expect(sigmoid(2) + sigmoid(-2)).toBeCloseTo(1, 12);
  });

  it('is the softmax of all logits for classes that exclude each other', () => {
    const probabilities = probabilitiesOf(Float32Array.of(1000, 1000 + Math.log(3), -1000), 'softmax');
    [0.25, 0.75, 0].forEach((expected, i) => expect(probabilities[i]).toBeCloseTo(expected, 4));
  });

  it('is strictly above the threshold, both as float32', () => {
    expect(presentClasses(Float32Array.of(0.5, 0.500001, 0.1), [0.5, 0.5, 0.1])).toEqual([
      false,
      true,
      false,
    ]);
  });
});
