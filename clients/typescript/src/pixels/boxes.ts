/** A rectangle as canvases draw it: pixels, not rounded. */
export interface PixelRectangle {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

/** A `NormalizedBox` on a picture of width x height pixels. */
export function boxToPixels(
  box: { readonly x1: number; readonly y1: number; readonly x2: number; readonly y2: number },
  width: number,
  height: number,
): PixelRectangle {
  const { x1, y1, x2, y2 } = box;
  return { x: x1 * width, y: y1 * height, width: (x2 - x1) * width, height: (y2 - y1) * height };
}

/** The points of an outline on a picture of width x height pixels. */
export function outlineToPixels(
  outline: readonly { readonly x: number; readonly y: number }[],
  width: number,
  height: number,
): { readonly x: number; readonly y: number }[] {
  return outline.map(({ x, y }) => ({ x: x * width, y: y * height }));
}
