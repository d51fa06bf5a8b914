import type { PixelBox } from '../domain/geometry.js';

/**
 * The frame's contrast stretched to the whole range of a byte: 255 (x - min) / (max - min) over all channels together,
 * cut to whole numbers. What LN-FE crops its regions from (Pang et al. 2022). A frame of one value becomes black.
 * Pixels are RGB24.
 */
export function contrastStretch(pixels: Uint8Array): Uint8Array<ArrayBuffer> {
  let low = 255;
  let high = 0;
  for (const value of pixels) {
    if (value < low) low = value;
    if (value > high) high = value;
  }
  const stretched = new Uint8Array(pixels.length);
  if (high <= low) return stretched;
  const table = Uint8Array.from({ length: 256 }, (_, value) =>
    value <= low ? 0 : Math.min(255, Math.trunc((255 * (value - low)) / (high - low))),
  );
  for (let i = 0; i < pixels.length; i++) stretched[i] = table[pixels[i]!]!;
  return stretched;
}

/** A box cut out of RGB24 pixels, RGB24 itself. */
export function cropPixels(pixels: Uint8Array, width: number, box: PixelBox): Uint8Array<ArrayBuffer> {
  const rowBytes = (box.x2 - box.x1) * 3;
  const crop = new Uint8Array(rowBytes * (box.y2 - box.y1));
  for (let y = box.y1; y < box.y2; y++) {
    const from = (y * width + box.x1) * 3;
    crop.set(pixels.subarray(from, from + rowBytes), (y - box.y1) * rowBytes);
  }
  return crop;
}
