import type { PixelBox } from '../domain/geometry.js';

/** A region that L-FE or LN-FE describes. */
export interface FeatureRegion {
  readonly classId: number;
  readonly box: PixelBox;
}

/**
 * The regions of a frame in the order of their features: classes ascending, boxes as they were found; the boxes of the
 * tissue class merged into one, last (Pang et al. 2022).
 */
export function featureRegions(boxes: readonly FeatureRegion[], tissueClass?: number): FeatureRegion[] {
  const instruments = boxes.filter(({ classId }) => classId !== tissueClass);
  const tissue = boxes.filter(({ classId }) => classId === tissueClass).map(({ box }) => box);
  if (tissueClass === undefined || tissue.length === 0) return instruments;
  return [...instruments, { classId: tissueClass, box: unionBox(tissue) }];
}

/** The smallest box around all; at least one. */
export function unionBox(boxes: readonly PixelBox[]): PixelBox {
  return {
    x1: Math.min(...boxes.map((box) => box.x1)),
    y1: Math.min(...boxes.map((box) => box.y1)),
    x2: Math.max(...boxes.map((box) => box.x2)),
    y2: Math.max(...boxes.map((box) => box.y2)),
  };
}
