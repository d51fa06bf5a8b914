import { SurgicamError } from '../domain/errors.js';

export interface NpyArray {
  readonly shape: readonly number[];
  /** Row-major (C order). */
  readonly data: Float32Array | Float64Array | Uint8Array | Int32Array | BigInt64Array;
}

const MAGIC = Uint8Array.of(0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59); // \x93NUMPY

const ARRAYS = {
  '<f4': Float32Array,
  '<f8': Float64Array,
  '|u1': Uint8Array,
  '|b1': Uint8Array,
  '<i4': Int32Array,
  '<i8': BigInt64Array,
} as const;

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
  if (!isKnown(type)) {
    throw SurgicamError.invalidField(`${name}: descr`, type, Object.keys(ARRAYS).join(', '));
  }
  if (/'fortran_order':\s*True/.test(header)) {
    throw SurgicamError.invalidField(
      `${name}: fortran_order`,
      true,
      'False; save it with numpy.ascontiguousarray',
    );
  }
  const shape = dimensions.split(',').flatMap((part) => (part.trim() === '' ? [] : [Number(part)]));
  const bytes = file.subarray(dataStart);
  const expected = shape.reduce((product, length) => product * length, ARRAYS[type].BYTES_PER_ELEMENT);
  if (bytes.length !== expected) {
    throw SurgicamError.invalidField(
      `${name}: data`,
      `${bytes.length} bytes`,
      `${expected}, as its header says; the file may be cut`,
    );
  }
  // A copy: a Buffer may be a window into a larger, unaligned pool.
  return { shape, data: new ARRAYS[type](new Uint8Array(bytes).buffer) };
}

function isKnown(type: string): type is keyof typeof ARRAYS {
  return Object.hasOwn(ARRAYS, type);
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
