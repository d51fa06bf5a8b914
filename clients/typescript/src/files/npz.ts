import { crc32 } from '../../../../src/files/crc32.js';
import { writeNpy } from '../../../../src/files/npy.js';

/** The first moment that a zip entry can have, 1 January 1980: the same array gives the same bytes at any time. */
const NO_DATE = 0x21;
const LOCAL_BYTES = 30;
const CENTRAL_BYTES = 46;
const END_BYTES = 22;

/** A NumPy `.npz` file, uncompressed as `numpy.savez` writes it, of one array. */
export function npzFile(
  name: string,
  values: Float32Array | Uint8Array,
  shape: readonly number[],
): Uint8Array<ArrayBuffer> {
  const entry = new TextEncoder().encode(`${name}.npy`);
  const data = writeNpy(values, shape);
  const central = LOCAL_BYTES + entry.length + data.length;
  const end = central + CENTRAL_BYTES + entry.length;
  const file = new Uint8Array(end + END_BYTES);
  const view = new DataView(file.buffer);
  const facts = (at: number): void => {
    view.setUint16(at, 20, true); // needs version 2.0
    view.setUint16(at + 8, NO_DATE, true); // before it: no flags, stored as it is, midnight
    view.setUint32(at + 10, crc32(data), true);
    view.setUint32(at + 14, data.length, true);
    view.setUint32(at + 18, data.length, true);
    view.setUint16(at + 22, entry.length, true);
  };
  view.setUint32(0, 0x04034b50, true);
  facts(4);
  file.set(entry, LOCAL_BYTES);
  file.set(data, LOCAL_BYTES + entry.length);
  view.setUint32(central, 0x02014b50, true);
  view.setUint16(central + 4, 20, true);
  facts(central + 6);
  file.set(entry, central + CENTRAL_BYTES);
  view.setUint32(end, 0x06054b50, true);
  view.setUint16(end + 8, 1, true);
  view.setUint16(end + 10, 1, true);
  view.setUint32(end + 12, end - central, true);
  view.setUint32(end + 16, central, true);
  return file;
}
