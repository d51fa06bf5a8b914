import type { PixelBox } from '../domain/geometry.js';

/**
 * The frame's contrast stretched to the whole range of a byte: 255 (x - min) / (max - min) over all channels together,
 * cut to whole numbers, where x is the normalised frame ((rgb / 255 - mean) / std). What LN-FE crops its regions from
 * (Pang et al. 2022). A frame of one value becomes black. Pixels are RGB24.
 */
export function contrastStretch(
  pixels: Uint8Array,
  mean: readonly [number, number, number],
  std: readonly [number, number, number],
): Uint8Array<ArrayBuffer> {
  const normalized = mean.map((offset, channel) =>
    Float32Array.from({ length: 256 }, (_, value) =>
      Math.fround(Math.fround(Math.fround(value / 255) - Math.fround(offset)) / Math.fround(std[channel]!)),
    ),
  );
  let low = Infinity;
  let high = -Infinity;
  for (let i = 0; i < pixels.length; i++) {
    const x = normalized[i % 3]![pixels[i]!]!;
    if (x < low) low = x;
    if (x > high) high = x;
  }
  const range = Math.fround(high - low);
  const stretched = new Uint8Array(pixels.length);
  if (!(range > 0)) return stretched;
  const tables = normalized.map((table) =>
    Uint8Array.from(table, (x) =>
      Math.trunc(Math.min(255, Math.max(0, Math.fround(255 * Math.fround(Math.fround(x - low) / range))))),
    ),
  );
  for (let i = 0; i < pixels.length; i++) stretched[i] = tables[i % 3]![pixels[i]!]!;
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
