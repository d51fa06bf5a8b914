import { SurgicamError } from '../domain/errors.js';

export interface NpyArray {
  readonly shape: readonly number[];
  /** Row-major (C order). */
  readonly data: Float32Array | Float64Array | Uint8Array | Int32Array | BigInt64Array;
}

const MAGIC = Uint8Array.of(0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59); // \x93NUMPY

const READERS: Readonly<Record<string, (bytes: ArrayBuffer) => NpyArray['data']>> = {
  '<f4': (bytes) => new Float32Array(bytes),
  '<f8': (bytes) => new Float64Array(bytes),
  '|u1': (bytes) => new Uint8Array(bytes),
  '|b1': (bytes) => new Uint8Array(bytes),
  '<i4': (bytes) => new Int32Array(bytes),
  '<i8': (bytes) => new BigInt64Array(bytes),
};

/** Reads a NumPy `.npy` file (format 1.0 to 3.0, C order, little-endian). Errors: invalid_argument. */
export function readNpy(file: Uint8Array, name = 'npy file'): NpyArray {
  if (file.length < 12 || MAGIC.some((byte, i) => file[i] !== byte)) {
    throw new SurgicamError(
      'invalid_argument',
      `${name} is no .npy file: its first bytes are not \\x93NUMPY`,
    );
  }
  const view = new DataView(file.buffer, file.byteOffset, file.byteLength);
  const wide = file[6]! >= 2;
  const headerStart = wide ? 12 : 10;
  const dataStart = headerStart + (wide ? view.getUint32(8, true) : view.getUint16(8, true));
  const header = new TextDecoder('latin1').decode(file.subarray(headerStart, dataStart));
  const type = /'descr':\s*'([^']+)'/.exec(header)?.[1] ?? '';
  const dimensions = /'shape':\s*\(([^)]*)\)/.exec(header)?.[1] ?? '';
  const read = READERS[type];
  if (read === undefined) {
    throw SurgicamError.invalidField(`${name}: descr`, type, Object.keys(READERS).join(', '));
  }
  if (/'fortran_order':\s*True/.test(header)) {
    throw SurgicamError.invalidField(
      `${name}: fortran_order`,
      true,
      'False; save it with numpy.ascontiguousarray',
    );
  }
  const shape = dimensions.split(',').flatMap((part) => (part.trim() === '' ? [] : [Number(part)]));
  // A copy: a Buffer may be a window into a larger, unaligned pool.
  const data = read(new Uint8Array(file.subarray(dataStart)).buffer);
  const expected = shape.reduce((product, length) => product * length, 1);
  if (data.length !== expected) {
    throw SurgicamError.invalidField(
      `${name}: data`,
      `${data.length} values`,
      `${expected}, as its shape says`,
    );
  }
  return { shape, data };
}

/** A `.npy` file (format 1.0) of the values, row-major. */
export function writeNpy(data: Float32Array | Uint8Array, shape: readonly number[]): Uint8Array {
  const type = data instanceof Float32Array ? '<f4' : '|u1';
  const sizes = shape.length === 1 ? `${shape[0]},` : shape.join(', ');
  const text = `{'descr': '${type}', 'fortran_order': False, 'shape': (${sizes}), }`;
  // The data begins at a multiple of 64 bytes.
  const length = Math.ceil((10 + text.length + 1) / 64) * 64 - 10;
  const header = new TextEncoder().encode(`${text.padEnd(length - 1)}\n`);
  const file = new Uint8Array(10 + length + data.byteLength);
  file.set(MAGIC);
  file[6] = 1;
  new DataView(file.buffer).setUint16(8, length, true);
  file.set(header, 10);
  file.set(new Uint8Array(data.buffer, data.byteOffset, data.byteLength), 10 + length);
  return file;
}
