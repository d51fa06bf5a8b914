import { colourIndex, JET } from './colour-map.js';
import { resizeBilinear } from './resize-bilinear.js';

// Taken once: looking up `Math` costs more than the arithmetic where modules run in a context of their own (jest).
const { fround } = Math;

/** float32 sum of a colour map's byte and a frame's byte, both divided by 255. Index: `(colour << 8) | frame`. */
const SUMS = sums();

function sums(): Float32Array {
  const table = new Float32Array(256 * 256);
  for (let colour = 0; colour < 256; colour++) {
    for (let frame = 0; frame < 256; frame++) {
      table[(colour << 8) | frame] = fround(fround(colour / 255) + fround(frame / 255));
    }
  }
  return table;
}

export interface HeatmapValues {
  /** Row-major, of [0, 1]. */
  readonly values: Float32Array;
  readonly width: number;
  readonly height: number;
}

/**
 * A heatmap over a frame as Pang et al. 2022 show it (pytorch-grad-cam's picture): its jet colours are added to the
 * frame, both in [0, 1], and the sum is divided by its greatest value; all in float32, cut off to bytes. The heatmap
 * is first resized to the frame as OpenCV's INTER_LINEAR does. `pixels`: RGB24 of width x height; returns the same.
 */
export function overlayHeatmap(
  pixels: Uint8Array,
  width: number,
  height: number,
  heatmap: HeatmapValues,
): Uint8Array<ArrayBuffer> {
  const values = resizeBilinear(heatmap.values, heatmap.width, heatmap.height, width, height);
  const cells = new Uint16Array(width * height * 3);
  let greatest = 0;
  for (let i = 0, p = 0; i < values.length; i++) {
    const colour = colourIndex(values[i]!) * 3;
    for (let channel = 0; channel < 3; channel++, p++) {
      const cell = (JET[colour + channel]! << 8) | pixels[p]!;
      cells[p] = cell;
      if (SUMS[cell]! > greatest) greatest = SUMS[cell]!;
    }
  }
  // The jet map has no black, so the greatest value is above 0. All that can come out is 65536 bytes.
  const bytes = new Uint8Array(SUMS.length);
  for (let cell = 0; cell < bytes.length; cell++) {
    const share = fround(SUMS[cell]! / greatest);
    bytes[cell] = share >= 1 ? 255 : Math.trunc(fround(255 * share));
  }
  const mixed = new Uint8Array(cells.length);
  for (let p = 0; p < cells.length; p++) mixed[p] = bytes[cells[p]!]!;
  return mixed;
}

/** The greatest of several heatmaps of one size at every pixel: what any of them looks at. */
export function greatestOf(heatmaps: readonly HeatmapValues[]): HeatmapValues | undefined {
  const [first, ...others] = heatmaps;
  if (first === undefined || others.length === 0) return first;
  const values = first.values.slice();
  for (const other of others) {
    for (let i = 0; i < values.length; i++) if (other.values[i]! > values[i]!) values[i] = other.values[i]!;
  }
  return { ...first, values };
}
