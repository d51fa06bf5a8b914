import { unionBox, type PixelBox } from '../domain/geometry.js';

const NOTHING: PixelBox = { x1: 0, y1: 0, x2: 0, y2: 0 };

/**
 * Intersection over union with the "+1" convention: corners are pixels, and both belong to the box (what the reference
 * implementation computes, although its boxes are half open).
 */
export function boxIou(a: PixelBox, b: PixelBox): number {
  const width = Math.min(a.x2, b.x2) - Math.max(a.x1, b.x1) + 1;
  const height = Math.min(a.y2, b.y2) - Math.max(a.y1, b.y1) + 1;
  const shared = Math.max(0, width) * Math.max(0, height);
  return shared / (area(a) + area(b) - shared);
}

function area({ x1, y1, x2, y2 }: PixelBox): number {
  return (x2 - x1 + 1) * (y2 - y1 + 1);
}

/**
 * Localization IoU of one class in one frame: the mean IoU of all predicted boxes with the true one. Predicted and not
 * there: with the empty box [0, 0, 0, 0]; there and not predicted: 0; neither: undefined, which leaves the mean.
 */
export function localizationIou(
  predicted: readonly PixelBox[],
  truth: PixelBox | undefined,
): number | undefined {
  if (predicted.length === 0) return truth === undefined ? undefined : 0;
  const sum = predicted.reduce((total, box) => total + boxIou(box, truth ?? NOTHING), 0);
  return sum / predicted.length;
}

/** The smallest box around all; [0, 0, 0, 0] around none, as the reference has it. */
export function mergedBox(boxes: readonly PixelBox[]): PixelBox {
  return boxes.length === 0 ? NOTHING : unionBox(boxes);
}

/**
 * The same for the tissue class, which is taken to be in every frame: its boxes are one region, and no box is the empty
 * box, so that neither prediction nor truth is full agreement.
 */
export function tissueIou(predicted: readonly PixelBox[], truth: PixelBox | undefined): number {
  return boxIou(mergedBox(predicted), truth ?? NOTHING);
}

/** A true box in pixels of another frame size as whole pixels of the model's input, cut off as the reference does. */
export function scaleTruth(
  box: PixelBox,
  from: { readonly width: number; readonly height: number },
  to: { readonly width: number; readonly height: number },
): PixelBox {
  const x = (value: number): number => Math.trunc((value * to.width) / from.width);
  const y = (value: number): number => Math.trunc((value * to.height) / from.height);
  return { x1: x(box.x1), y1: y(box.y1), x2: x(box.x2), y2: y(box.y2) };
}
