// Taken once: looking up `Math` costs more than the arithmetic where modules run in a context of their own (jest).
const { abs, ceil, imul, max, min, trunc } = Math;

/** Weights are whole numbers of 2^-22, as in Pillow: 32 bits less 8 for the pixel and 2 for overshoot. */
const PRECISION_BITS = 22;

/** What is added before the bits are cut off: a half. */
const ROUNDING = 1 << (PRECISION_BITS - 1);

/** Source bytes worked on between two looks at the clock of others: a few milliseconds. */
const BYTES_PER_STEP = 1 << 20;

/** For each destination index `i`: `counts[i]` weights from `offsets[i]` on, for the sources from `firsts[i]` on. */
interface Filter {
  readonly firsts: Int32Array;
  readonly counts: Int32Array;
  readonly offsets: Int32Array;
  readonly weights: Int32Array;
}

/**
 * Resizes RGB24 pixels as Pillow's BILINEAR does, bit for bit: a triangle filter widened by the scale when shrinking
 * (antialiasing), horizontally, then vertically, each pass rounded to whole values.
 */
export function resizeAntialiased(
  pixels: Uint8Array,
  sourceWidth: number,
  sourceHeight: number,
  width: number,
  height: number,
): Uint8Array<ArrayBuffer> {
  const steps = resizeInSteps(pixels, sourceWidth, sourceHeight, width, height);
  for (;;) {
    const { done, value } = steps.next();
    if (done === true) return value;
  }
}

/** The same in steps of a few milliseconds, for threads that have other work: large pictures take half a second. */
export function* resizeInSteps(
  pixels: Uint8Array,
  sourceWidth: number,
  sourceHeight: number,
  width: number,
  height: number,
): Generator<undefined, Uint8Array<ArrayBuffer>, undefined> {
  let narrow = pixels;
  if (width !== sourceWidth) {
    const filter = filterOf(sourceWidth, width);
    narrow = new Uint8Array(width * sourceHeight * 3);
    const rowsPerStep = ceil(BYTES_PER_STEP / (sourceWidth * 3));
    for (let y = 0; y < sourceHeight; y += rowsPerStep) {
      const end = min(sourceHeight, y + rowsPerStep);
      for (let row = y; row < end; row++) {
        resizeRow(pixels, row * sourceWidth * 3, narrow, row * width * 3, filter);
      }
      yield;
    }
  }
  if (height === sourceHeight) return new Uint8Array(narrow);
  const filter = filterOf(sourceHeight, height);
  const resized = new Uint8Array(new ArrayBuffer(width * height * 3));
  const sums = new Int32Array(width * 3);
  let worked = 0;
  for (let y = 0; y < height; y++) {
    blendRows(narrow, filter, y, sums, resized);
    worked += filter.counts[y]! * width * 3;
    if (worked < BYTES_PER_STEP) continue;
    worked = 0;
    yield;
  }
  return resized;
}

function resizeRow(source: Uint8Array, from: number, target: Uint8Array, to: number, filter: Filter): void {
  const { firsts, counts, offsets, weights } = filter;
  for (let x = 0, out = to; x < firsts.length; x++, out += 3) {
    let red = ROUNDING;
    let green = ROUNDING;
    let blue = ROUNDING;
    let at = from + firsts[x]! * 3;
    const end = offsets[x]! + counts[x]!;
    for (let i = offsets[x]!; i < end; i++, at += 3) {
      const weight = weights[i]!;
      red = (red + imul(source[at]!, weight)) | 0;
      green = (green + imul(source[at + 1]!, weight)) | 0;
      blue = (blue + imul(source[at + 2]!, weight)) | 0;
    }
    target[out] = clip(red);
    target[out + 1] = clip(green);
    target[out + 2] = clip(blue);
  }
}

/** Destination row `y` as the weighted sum of source rows. */
function blendRows(
  source: Uint8Array,
  filter: Filter,
  y: number,
  sums: Int32Array,
  target: Uint8Array,
): void {
  const row = sums.length;
  sums.fill(ROUNDING);
  for (let i = 0; i < filter.counts[y]!; i++) {
    const weight = filter.weights[filter.offsets[y]! + i]!;
    const from = (filter.firsts[y]! + i) * row;
    for (let x = 0; x < row; x++) sums[x] = sums[x]! + imul(source[from + x]!, weight);
  }
  for (let x = 0, to = y * row; x < row; x++) target[to + x] = clip(sums[x]!);
}

function clip(sum: number): number {
  return min(255, max(0, sum >> PRECISION_BITS));
}

function filterOf(source: number, target: number): Filter {
  const scale = source / target;
  const support = max(scale, 1);
  const filter = {
    firsts: new Int32Array(target),
    counts: new Int32Array(target),
    offsets: new Int32Array(target),
  };
  const weights: number[] = [];
  for (let i = 0; i < target; i++) {
    const centre = (i + 0.5) * scale;
    const first = max(0, trunc(centre - support + 0.5));
    const last = min(source, trunc(centre + support + 0.5));
    const raw = Array.from({ length: last - first }, (_, k) =>
      max(0, 1 - abs((k + first - centre + 0.5) / support)),
    );
    const total = raw.reduce((sum, weight) => sum + weight, 0);
    filter.firsts[i] = first;
    filter.counts[i] = raw.length;
    filter.offsets[i] = weights.length;
    for (const weight of raw) weights.push(trunc(0.5 + (weight / total) * 2 ** PRECISION_BITS));
  }
  return { ...filter, weights: Int32Array.from(weights) };
}
