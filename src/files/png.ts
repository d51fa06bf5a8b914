import { deflateSync } from 'node:zlib';
import { crc32 } from './crc32.js';

const SIGNATURE = Uint8Array.of(0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a);

/** An 8-bit grey PNG of row-major pixels. Synchronous: it runs on the inference worker's thread. */
export function encodeGrayPng(gray: Uint8Array, width: number, height: number): Uint8Array {
  const header = new Uint8Array(13);
  const view = new DataView(header.buffer);
  view.setUint32(0, width);
  view.setUint32(4, height);
  header[8] = 8; // bits a sample; colour type 0 is grey
  const rows = new Uint8Array((width + 1) * height);
  // Filter 1 (difference to the pixel on the left): heatmaps are smooth, so it halves their size.
  for (let y = 0; y < height; y++) {
    const from = y * width;
    const to = y * (width + 1);
    rows[to] = 1;
    rows[to + 1] = gray[from]!;
    for (let x = 1; x < width; x++) rows[to + 1 + x] = gray[from + x]! - gray[from + x - 1]!;
  }
  return Buffer.concat([
    SIGNATURE,
    chunk('IHDR', header),
    chunk('IDAT', deflateSync(rows, { level: 4 })),
    chunk('IEND', new Uint8Array(0)),
  ]);
}

function chunk(type: string, data: Uint8Array): Buffer {
  const length = Buffer.alloc(4);
  length.writeUInt32BE(data.length);
  const body = Buffer.concat([Buffer.from(type, 'latin1'), data]);
  const checksum = Buffer.alloc(4);
  checksum.writeUInt32BE(crc32(body));
  return Buffer.concat([length, body, checksum]);
}
