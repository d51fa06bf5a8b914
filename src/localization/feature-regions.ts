import { unionBox, type PixelBox } from '../domain/geometry.js';

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
