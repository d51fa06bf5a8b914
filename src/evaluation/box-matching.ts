import type { PixelBox } from '../domain/geometry.js';
import { boxIou } from './box-iou.js';

/**
 * How alike two sets of boxes are, in [0, 1]: the pair of greatest IoU is matched first, then the greatest of what is
 * left, and so on; the matched pairs' IoUs are added and divided by the greater number of boxes, so a box without a
 * partner on either side counts as 0. Undefined where neither set has a box.
 */
export function matchedBoxIou(a: readonly PixelBox[], b: readonly PixelBox[]): number | undefined {
  const most = Math.max(a.length, b.length);
  if (most === 0) return undefined;
  const pairs = a.flatMap((left, i) => b.map((right, j) => ({ i, j, iou: boxIou(left, right) })));
  pairs.sort((x, y) => y.iou - x.iou);
  const [usedA, usedB] = [new Set<number>(), new Set<number>()];
  let sum = 0;
  for (const { i, j, iou } of pairs) {
    if (usedA.has(i) || usedB.has(j)) continue;
    usedA.add(i);
    usedB.add(j);
    sum += iou;
  }
  return sum / most;
}
