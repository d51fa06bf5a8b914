import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import sharp from 'sharp';
import type { RegionFeature } from '../../domain/frame-analysis.js';
import type { PixelBox } from '../../domain/geometry.js';
import type { ModelDescription } from '../../domain/model-description.js';
import { writeNpy } from '../../files/npy.js';
import { writeNpz } from '../../files/npz.js';
import { writeAtomically } from '../../files/write-atomically.js';
import { contrastStretch, cropPixels } from '../../localization/region-crop.js';
import { FEATURE_LENGTH } from '../../localization/slfe.js';

/** What downstream code expects the tissue class to be called, whatever its index. */
const TISSUE_NUMBER = 10;

export interface FrameFiles {
  /** Folder of the frame's video. */
  readonly folder: string;
  readonly frame: string;
  readonly features: readonly RegionFeature[];
  /** RGB24 of the model's input size; absent: no crops are written. */
  readonly pixels?: Uint8Array;
}

/**
 * Writes what downstream code expects of one frame (the names are those of Pang et al. 2022): for every region
 * `<frame>_<class>_<index>_<x1>,<y1>,<x2>,<y2>.npz` with array `feat`, float32 [512], and its crop of the
 * contrast-stretched frame as `.png`; then all regions as `<frame>.npy`, float32 [regions, 512]. That file comes last
 * and appears at once: where it is, the frame is complete. SL-FE has no boxes: index 0, box 0,0,W,H, no crop.
 */
export async function writeFrameFiles(files: FrameFiles, model: ModelDescription): Promise<void> {
  const { folder, frame, features, pixels } = files;
  const names = regionNames(frame, features, model);
  const stretched = pixels === undefined ? undefined : contrastStretch(pixels);
  await Promise.all(
    features.map(async ({ inputBox, values }, i) => {
      const stem = path.join(folder, names[i]!);
      await writeFile(`${stem}.npz`, await writeNpz('feat', values, [FEATURE_LENGTH]));
      if (inputBox === undefined || stretched === undefined) return;
      await writeFile(`${stem}.png`, await encodeCrop(stretched, model.inputWidth, inputBox));
    }),
  );
  const stacked = new Float32Array(features.length * FEATURE_LENGTH);
  features.forEach(({ values }, i) => stacked.set(values, i * FEATURE_LENGTH));
  await writeAtomically(stackFile(folder, frame), writeNpy(stacked, [features.length, FEATURE_LENGTH]));
}

/** The file that tells that a frame is complete. */
export function stackFile(folder: string, frame: string): string {
  return path.join(folder, `${frame}.npy`);
}

/** Names without suffix, in the order of the features. `index` counts a class's regions from 0. */
export function regionNames(
  frame: string,
  features: readonly Pick<RegionFeature, 'classId' | 'inputBox'>[],
  { tissueClass, inputWidth, inputHeight }: ModelDescription,
): string[] {
  const counts = new Map<number, number>();
  return features.map(({ classId, inputBox }) => {
    const index = counts.get(classId) ?? 0;
    counts.set(classId, index + 1);
    const { x1, y1, x2, y2 } = inputBox ?? { x1: 0, y1: 0, x2: inputWidth, y2: inputHeight };
    const number = classId === tissueClass ? TISSUE_NUMBER : classId;
    return `${frame}_${number}_${index}_${x1},${y1},${x2},${y2}`;
  });
}

function encodeCrop(stretched: Uint8Array, width: number, box: PixelBox): Promise<Buffer> {
  const raw = { width: box.x2 - box.x1, height: box.y2 - box.y1, channels: 3 } as const;
  return sharp(cropPixels(stretched, width, box), { raw })
    .png({ compressionLevel: 4 })
    .toBuffer();
}
