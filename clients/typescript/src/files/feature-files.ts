import type { RegionFeature } from '../../../../src/rpc/gen/surgicam/v1/analysis.js';
import type { Model } from '../../../../src/rpc/gen/surgicam/v1/model.js';
import { writeNpy } from '../../../../src/files/npy.js';
import { featureValues } from '../pixels/float16.js';
import { npzFile } from './npz.js';

/** What downstream code expects the tissue class to be called, whatever its index. */
const TISSUE_NUMBER = 10;

const FEATURE_LENGTH = 512;

/** A file to be written. */
export interface FeatureFile {
  readonly name: string;
  readonly bytes: Uint8Array;
}

/**
 * The features of one frame as the files of Pang et al. 2022, in the order in which they should be written: for every
 * region `<frame>_<class>_<index>_<x1>,<y1>,<x2>,<y2>.npz` with the array `feat`, float32 [512]; last all regions as
 * `<frame>.npy`, float32 [regions, 512]: where that is, the frame is complete. SL-FE has no boxes: index 0, box
 * 0,0,W,H of the model's input. The crops that belong to boxes need the frame's pixels, and are not made.
 */
export function featureFiles(
  frame: string,
  features: readonly RegionFeature[],
  model: Pick<Model, 'tissueClassId' | 'inputWidth' | 'inputHeight'>,
): FeatureFile[] {
  const counts = new Map<number, number>();
  const stack = new Float32Array(features.length * FEATURE_LENGTH);
  const files = features.map((feature, position) => {
    const { classId, inputBox } = feature;
    const index = counts.get(classId) ?? 0;
    counts.set(classId, index + 1);
    const { x1, y1, x2, y2 } = inputBox ?? { x1: 0, y1: 0, x2: model.inputWidth, y2: model.inputHeight };
    const number = classId === model.tissueClassId ? TISSUE_NUMBER : classId;
    const values = featureValues(feature);
    stack.set(values, position * FEATURE_LENGTH);
    const bytes = npzFile('feat', values, [FEATURE_LENGTH]);
    return { name: `${frame}_${number}_${index}_${x1},${y1},${x2},${y2}.npz`, bytes };
  });
  return [...files, { name: `${frame}.npy`, bytes: writeNpy(stack, [features.length, FEATURE_LENGTH]) }];
}
