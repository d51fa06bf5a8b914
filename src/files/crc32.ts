/** Remainders of every byte under the polynomial of ISO 3309, which PNG and zip use. */
const REMAINDERS = Uint32Array.from({ length: 256 }, (_, byte) => {
  let remainder = byte;
  for (let bit = 0; bit < 8; bit++) {
    remainder = (remainder & 1) === 1 ? 0xedb88320 ^ (remainder >>> 1) : remainder >>> 1;
  }
  return remainder;
});

/** CRC-32 of the bytes, unsigned. Our own: `zlib.crc32` is missing from the first releases of Node 20. */
export function crc32(bytes: Uint8Array): number {
  let remainder = 0xffffffff;
  for (const byte of bytes) remainder = REMAINDERS[(remainder ^ byte) & 255]! ^ (remainder >>> 8);
  return (remainder ^ 0xffffffff) >>> 0;
}
