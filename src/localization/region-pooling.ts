import type { PoolSize } from '../domain/analysis-recipe.js';
import type { PixelBox } from '../domain/geometry.js';
import { FEATURE_LENGTH } from './slfe.js';

/** A feature map [C, h, w] of one frame or of one crop. */
export interface FeatureMap {
  readonly values: Float32Array;
  readonly height: number;
  readonly width: number;
}

/**
 * 512 numbers of a part of a feature map (L-FE and LN-FE, Pang et al. 2022): adaptive average pooling to a x b cells,
 * channels last, then adaptive average pooling of the last two axes (b, C) to (a, P). `part` is in cells of the map.
 */
export function poolRegion(
  { values, height, width }: FeatureMap,
  part: PixelBox,
  [pooled, rows, columns]: PoolSize,
): Float32Array {
  const channels = values.length / (height * width);
  const feature = new Float32Array(FEATURE_LENGTH);
  const cell = new Float64Array(channels);
  for (let row = 0; row < rows; row++) {
    const [top, bottom] = bin(row, part.y2 - part.y1, rows);
    for (let column = 0; column < columns; column++) {
      const [left, right] = bin(column, part.x2 - part.x1, columns);
      for (let c = 0; c < channels; c++) {
        let sum = 0;
        for (let y = part.y1 + top; y < part.y1 + bottom; y++) {
          const at = (c * height + y) * width + part.x1;
          for (let x = left; x < right; x++) sum += values[at + x]!;
        }
        cell[c] = sum / ((bottom - top) * (right - left));
      }
      poolChannels(cell, feature.subarray((row * columns + column) * pooled), pooled);
    }
  }
  return feature;
}

/** a = b in every pool size, so of the last two axes only the channels are pooled. */
function poolChannels(cell: Float64Array, into: Float32Array, pooled: number): void {
  for (let p = 0; p < pooled; p++) {
    const [from, to] = bin(p, cell.length, pooled);
    let sum = 0;
    for (let c = from; c < to; c++) sum += cell[c]!;
    into[p] = sum / (to - from);
  }
}

/** Source range of bin `index` of adaptive average pooling. */
function bin(index: number, source: number, target: number): [number, number] {
  return [Math.floor((index * source) / target), Math.ceil(((index + 1) * source) / target)];
}

/**
 * L-FE looks at small regions in a fine map and at large ones in a coarse one: index of the feature map, finest first,
 * for a box in model-input pixels. The reference's limits, 5120 and 20480 pixels of a 320 x 256 frame, are 1/16 and
 * 1/4 of the frame.
 */
export function featureMapLevel(box: PixelBox, inputWidth: number, inputHeight: number): 0 | 1 | 2 {
  const area = (box.x2 - box.x1) * (box.y2 - box.y1);
  const frame = inputWidth * inputHeight;
  if (area < frame / 16) return 0;
  return area < frame / 4 ? 1 : 2;
}

/** A box in model-input pixels as cells of a feature map, at least one cell each way. */
export function boxOnMap(
  box: PixelBox,
  inputWidth: number,
  inputHeight: number,
  map: { readonly width: number; readonly height: number },
): PixelBox {
  const [x1, x2] = spanOnMap(box.x1, box.x2, map.width / inputWidth, map.width);
  const [y1, y2] = spanOnMap(box.y1, box.y2, map.height / inputHeight, map.height);
  return { x1, y1, x2, y2 };
}

function spanOnMap(from: number, to: number, scale: number, size: number): [number, number] {
  const start = roundHalfToEven(from * scale);
  const end = roundHalfToEven(to * scale);
  if (start < end) return [start, end];
  return end === size ? [start - 1, end] : [start, start + 1];
}

function roundHalfToEven(value: number): number {
  const floor = Math.floor(value);
  const rest = value - floor;
  if (rest !== 0.5) return Math.round(value);
  return floor % 2 === 0 ? floor : floor + 1;
}
