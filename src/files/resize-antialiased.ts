/** Weights are whole numbers of 2^-22, as in Pillow: 32 bits less 8 for the pixel and 2 for overshoot. */
const PRECISION_BITS = 22;

interface Window {
  readonly first: number;
  readonly weights: Int32Array;
}

/**
 * Resizes RGB24 pixels as Pillow's BILINEAR does: a triangle filter widened by the scale when shrinking
 * (antialiasing), horizontally, then vertically, each pass rounded to whole values.
 */
export function resizeAntialiased(
  pixels: Uint8Array,
  sourceWidth: number,
  sourceHeight: number,
  width: number,
  height: number,
): Uint8Array<ArrayBuffer> {
  const narrow = width === sourceWidth ? pixels : resizeRows(pixels, sourceWidth, sourceHeight, width);
  if (height === sourceHeight) return new Uint8Array(narrow);
  const windows = filterWindows(sourceHeight, height);
  const resized = new Uint8Array(new ArrayBuffer(width * height * 3));
  const row = width * 3;
  for (let y = 0; y < height; y++) {
    const { first, weights } = windows[y]!;
    for (let x = 0; x < row; x++) {
      let sum = 1 << (PRECISION_BITS - 1);
      for (let i = 0; i < weights.length; i++) sum += narrow[(first + i) * row + x]! * weights[i]!;
      resized[y * row + x] = clip(sum);
    }
  }
  return resized;
}

function resizeRows(
  pixels: Uint8Array,
  sourceWidth: number,
  sourceHeight: number,
  width: number,
): Uint8Array {
  const windows = filterWindows(sourceWidth, width);
  const resized = new Uint8Array(width * sourceHeight * 3);
  for (let y = 0; y < sourceHeight; y++) {
    const from = y * sourceWidth * 3;
    let to = y * width * 3;
    for (const { first, weights } of windows) {
      let red = 1 << (PRECISION_BITS - 1);
      let green = red;
      let blue = red;
      let source = from + first * 3;
      for (const weight of weights) {
        red += pixels[source]! * weight;
        green += pixels[source + 1]! * weight;
        blue += pixels[source + 2]! * weight;
        source += 3;
      }
      resized[to] = clip(red);
      resized[to + 1] = clip(green);
      resized[to + 2] = clip(blue);
      to += 3;
    }
  }
  return resized;
}

function clip(sum: number): number {
  return Math.min(255, Math.max(0, sum >> PRECISION_BITS));
}

/** For each destination index the source window and its normalised weights. */
function filterWindows(source: number, target: number): Window[] {
  const scale = source / target;
  const support = Math.max(scale, 1);
  return Array.from({ length: target }, (_, i) => {
    const centre = (i + 0.5) * scale;
    const first = Math.max(0, Math.trunc(centre - support + 0.5));
    const last = Math.min(source, Math.trunc(centre + support + 0.5));
    const raw = Array.from({ length: last - first }, (__, k) =>
      Math.max(0, 1 - Math.abs((k + first - centre + 0.5) / support)),
    );
    const total = raw.reduce((sum, weight) => sum + weight, 0);
    const weights = Int32Array.from(raw, (weight) =>
      Math.trunc(0.5 + (weight / total) * 2 ** PRECISION_BITS),
    );
    return { first, weights };
  });
}
