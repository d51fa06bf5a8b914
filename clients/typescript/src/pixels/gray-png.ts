import { InvalidArgumentError } from '../errors.js';

const SIGNATURE = [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a];

export interface GrayPixels {
  /** One byte a pixel, row by row. */
  readonly gray: Uint8Array;
  readonly width: number;
  readonly height: number;
}

/** Reads an 8-bit grey PNG without interlacing, which is what the service sends. Errors: InvalidArgumentError. */
export async function readGrayPng(png: Uint8Array): Promise<GrayPixels> {
  if (SIGNATURE.some((byte, i) => png[i] !== byte)) throw new InvalidArgumentError('these bytes are no PNG');
  const view = new DataView(png.buffer, png.byteOffset, png.byteLength);
  const parts: Uint8Array<ArrayBuffer>[] = [];
  for (let at = 8; at + 12 <= png.length;) {
    const length = view.getUint32(at);
    if (typeAt(png, at) === 'IDAT') parts.push(new Uint8Array(png.subarray(at + 8, at + 8 + length)));
    at += length + 12;
  }
  const [width, height] = [view.getUint32(16), view.getUint32(20)];
  const isGray = png[24] === 8 && png[25] === 0 && png[28] === 0;
  if (!isGray) throw new InvalidArgumentError('the PNG is not 8-bit grey without interlacing');
  const rows = await inflate(parts);
  if (rows.length !== (width + 1) * height) throw new InvalidArgumentError('the PNG is cut short');
  return { gray: unfilter(rows, width, height), width, height };
}

function typeAt(png: Uint8Array, at: number): string {
  return String.fromCharCode(...png.subarray(at + 4, at + 8));
}

/** By the platform's own zlib, which browsers and Node both have. */
async function inflate(parts: readonly Uint8Array<ArrayBuffer>[]): Promise<Uint8Array> {
  const stream = new Blob([...parts]).stream().pipeThrough(new DecompressionStream('deflate'));
  try {
    return new Uint8Array(await new Response(stream).arrayBuffer());
  } catch (cause) {
    throw new InvalidArgumentError('the PNG cannot be inflated', {}, { cause });
  }
}

/** Every row begins with the number of its filter (PNG specification, section 9); a pixel is one byte. */
function unfilter(rows: Uint8Array, width: number, height: number): Uint8Array {
  const gray = new Uint8Array(width * height);
  for (let y = 0; y < height; y++) {
    const filter = rows[y * (width + 1)]!;
    for (let x = 0; x < width; x++) {
      const to = y * width + x;
      const left = x > 0 ? gray[to - 1]! : 0;
      const above = y > 0 ? gray[to - width]! : 0;
      const corner = x > 0 && y > 0 ? gray[to - width - 1]! : 0;
      gray[to] = rows[y * (width + 1) + 1 + x]! + predicted(filter, left, above, corner);
    }
  }
  return gray;
}

function predicted(filter: number, left: number, above: number, corner: number): number {
  switch (filter) {
    case 0:
      return 0;
    case 1:
      return left;
    case 2:
      return above;
    case 3:
      return (left + above) >> 1;
    case 4:
      return paeth(left, above, corner);
    default:
      throw new InvalidArgumentError(`the PNG has a row with filter ${filter}; allowed: 0 to 4`);
  }
}

function paeth(left: number, above: number, corner: number): number {
  const estimate = left + above - corner;
  const [toLeft, toAbove, toCorner] = [left, above, corner].map((value) => Math.abs(estimate - value));
  if (toLeft! <= toAbove! && toLeft! <= toCorner!) return left;
  return toAbove! <= toCorner! ? above : corner;
}
