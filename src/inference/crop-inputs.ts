import type { PixelBox } from '../domain/geometry.js';
import type { ModelDescription } from '../domain/model-description.js';
import { resizeAntialiased } from '../files/resize-antialiased.js';
import { contrastStretch, cropPixels } from '../localization/region-crop.js';
import { CROP_SIZE } from './derived-graphs.js';

/**
 * Regions of a frame as the backbone takes them for LN-FE: cut out of the contrast-stretched frame, resized, divided
 * by 255 without mean and standard deviation. float32 [boxes, 3, CROP_SIZE, CROP_SIZE].
 */
export function cropInputs(
  pixels: Uint8Array,
  boxes: readonly PixelBox[],
  { inputWidth }: Pick<ModelDescription, 'inputWidth'>,
): Float32Array {
  const stretched = contrastStretch(pixels);
  const plane = CROP_SIZE * CROP_SIZE;
  const inputs = new Float32Array(boxes.length * 3 * plane);
  boxes.forEach((box, index) => {
    const crop = cropPixels(stretched, inputWidth, box);
    const resized = resizeAntialiased(crop, box.x2 - box.x1, box.y2 - box.y1, CROP_SIZE, CROP_SIZE);
    for (let channel = 0; channel < 3; channel++) {
      const to = (index * 3 + channel) * plane;
      for (let i = 0; i < plane; i++) inputs[to + i] = resized[i * 3 + channel]! / 255;
    }
  });
  return inputs;
}
