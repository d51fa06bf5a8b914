import { describe, expect, test } from '@jest/globals';
import { matchedBoxIou } from '../../src/evaluation/box-matching.js';

const box = (x1: number, y1: number, x2: number, y2: number) => ({ x1, y1, x2, y2 });

describe('matchedBoxIou', () => {
  test('is 1 for the same boxes in another order, and undefined for none', () => {
    const boxes = [box(0, 0, 10, 10), box(20, 20, 50, 40)];
    expect(matchedBoxIou(boxes, [...boxes].reverse())).toBe(1);
    expect(matchedBoxIou([], [])).toBeUndefined();
  });

  test('a box without a partner counts as nothing', () => {
    expect(matchedBoxIou([box(0, 0, 9, 9), box(50, 50, 80, 80)], [box(0, 0, 9, 9)])).toBe(0.5);
    expect(matchedBoxIou([], [box(0, 0, 9, 9)])).toBe(0);
  });

  test('each box is matched once, the best pair first', () => {
    // Both left boxes overlap the first right one; the second right box lies elsewhere.
    const left = [box(0, 0, 9, 9), box(0, 0, 9, 19)];
    const right = [box(0, 0, 9, 9), box(100, 100, 109, 109)];
    expect(matchedBoxIou(left, right)).toBe(0.5);
  });
});
