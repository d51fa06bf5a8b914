import { buffer } from 'node:stream/consumers';
import { ZipFile } from 'yazl';
import { writeNpy } from './npy.js';

/** The first moment that a zip entry can have: the same arrays give the same bytes at any time. */
const NO_TIME = new Date(1980, 0, 1);

/** A NumPy `.npz` file, uncompressed as `numpy.savez` writes it, of one array. */
export async function writeNpz(
  name: string,
  data: Float32Array | Uint8Array,
  shape: readonly number[],
): Promise<Uint8Array> {
  const zip = new ZipFile();
  const bytes = writeNpy(data, shape);
  zip.addBuffer(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength), `${name}.npy`, {
    mtime: NO_TIME,
    // Without it the time would be written in UTC as well, which depends on where the machine stands.
    forceDosTimestamp: true,
    mode: 0o100644,
    compress: false,
  });
  zip.end();
  return buffer(zip.outputStream);
}
