/** Upright rectangle in whole model-input pixels: [x1, x2) x [y1, y2), origin top left. */
export interface PixelBox {
  readonly x1: number;
  readonly y1: number;
  readonly x2: number;
  readonly y2: number;
}

/** The same normalised to [0, 1] of the frame. */
export type NormalizedBox = PixelBox;

/** A closed polygon: x0, y0, x1, y1, ... normalised to [0, 1] of the frame. */
export type NormalizedPolygon = Float32Array;

export function normalizeBox(box: PixelBox, width: number, height: number): NormalizedBox {
  return { x1: box.x1 / width, y1: box.y1 / height, x2: box.x2 / width, y2: box.y2 / height };
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
