import { colourIndex, JET } from '../../../../src/localization/colour-map.js';
import { overlayHeatmap } from '../../../../src/localization/overlay.js';
import { resizeBilinear } from '../../../../src/localization/resize-bilinear.js';
import { InvalidArgumentError } from '../errors.js';
import type { HeatmapValues } from './heatmap.js';

/** Pixels as `ImageData` has them: four bytes each, red, green, blue, opacity. */
export type RgbaPixels = Uint8ClampedArray<ArrayBuffer>;

/**
 * A heatmap as a picture of its own, to be laid over a video element: jet colours (OpenCV's COLORMAP_JET), the hotter
 * the more opaque; nothing is drawn where it is cold. The heatmap is resized with INTER_LINEAR. `opacity`: that of the
 * value 1, in [0, 1]; 0.6 if absent. For `new ImageData(pixels, width, height)`.
 */
export function heatmapLayer(
  heatmap: HeatmapValues,
  width: number,
  height: number,
  opacity = 0.6,
): RgbaPixels {
  checkOpacity(opacity);
  const values = resizeBilinear(heatmap.values, heatmap.width, heatmap.height, width, height);
  const layer = new Uint8ClampedArray(width * height * 4);
  for (let i = 0; i < values.length; i++) {
    const value = values[i]!;
    const colour = colourIndex(value) * 3;
    layer[4 * i] = JET[colour]!;
    layer[4 * i + 1] = JET[colour + 1]!;
    layer[4 * i + 2] = JET[colour + 2]!;
    layer[4 * i + 3] = 255 * opacity * value;
  }
  return layer;
}

/** A frame with `heatmapLayer` laid over it. `pixels`: RGBA of width x height; they are not changed. */
export function blendHeatmap(
  pixels: ArrayLike<number>,
  width: number,
  height: number,
  heatmap: HeatmapValues,
  opacity = 0.6,
): RgbaPixels {
  checkLength(pixels, width, height);
  const layer = heatmapLayer(heatmap, width, height, opacity);
  for (let i = 0; i < layer.length; i += 4) {
    const share = layer[i + 3]! / 255;
    for (let channel = 0; channel < 3; channel++) {
      layer[i + channel] = share * layer[i + channel]! + (1 - share) * pixels[i + channel]!;
    }
    layer[i + 3] = pixels[i + 3]!;
  }
  return layer;
}

/**
 * A frame with a heatmap as Pang et al. 2022 show it, to the byte as the service draws it: jet colours added to the
 * frame, the sum divided by its greatest value. `pixels`: RGBA of width x height; they are not changed.
 */
export function paperOverlay(
  pixels: ArrayLike<number>,
  width: number,
  height: number,
  heatmap: HeatmapValues,
): RgbaPixels {
  checkLength(pixels, width, height);
  const rgb = new Uint8Array(width * height * 3);
  for (let i = 0; i < width * height; i++) {
    for (let channel = 0; channel < 3; channel++) rgb[3 * i + channel] = pixels[4 * i + channel]!;
  }
  const mixed = overlayHeatmap(rgb, width, height, heatmap);
  const overlay = new Uint8ClampedArray(width * height * 4);
  for (let i = 0; i < width * height; i++) {
    for (let channel = 0; channel < 3; channel++) overlay[4 * i + channel] = mixed[3 * i + channel]!;
    overlay[4 * i + 3] = pixels[4 * i + 3]!;
  }
  return overlay;
}

function checkOpacity(opacity: number): void {
  if (opacity >= 0 && opacity <= 1) return;
  throw new InvalidArgumentError(`opacity is ${opacity}; allowed: 0 to 1`);
}

function checkLength(pixels: ArrayLike<number>, width: number, height: number): void {
  const expected = width * height * 4;
  if (pixels.length === expected) return;
  throw new InvalidArgumentError(
    `pixels has ${pixels.length} bytes; ${width} x ${height} RGBA calls for ${expected}`,
  );
}
