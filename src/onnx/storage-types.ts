/** Numbers as they come out of a checkpoint, at their own precision. */
export type Numbers = Float32Array | Float64Array;

export interface StorageType {
  /** Name of the torch class, for example `FloatStorage`. */
  readonly name: string;
  readonly bytesPerElement: number;
  /** Little-endian bytes -> numbers; absent for integer types, which no weight may have. */
  readonly decode?: (bytes: Uint8Array<ArrayBuffer>) => Numbers;
}

const TYPES: readonly StorageType[] = [
  { name: 'FloatStorage', bytesPerElement: 4, decode: (bytes) => new Float32Array(bytes.buffer) },
  { name: 'DoubleStorage', bytesPerElement: 8, decode: (bytes) => new Float64Array(bytes.buffer) },
  { name: 'HalfStorage', bytesPerElement: 2, decode: decodeHalf },
  { name: 'BFloat16Storage', bytesPerElement: 2, decode: decodeBFloat16 },
  { name: 'LongStorage', bytesPerElement: 8 },
  { name: 'IntStorage', bytesPerElement: 4 },
  { name: 'ShortStorage', bytesPerElement: 2 },
  { name: 'CharStorage', bytesPerElement: 1 },
  { name: 'ByteStorage', bytesPerElement: 1 },
  { name: 'BoolStorage', bytesPerElement: 1 },
];

/** By the name that a pickle uses, for example `torch.FloatStorage`. */
export const STORAGE_TYPES: ReadonlyMap<string, StorageType> = new Map(
  TYPES.map((type) => [`torch.${type.name}`, type]),
);

/** Every binary16 number by its bits; a hundred million weights are then as many look-ups. */
let halves: Float32Array | undefined;

function decodeHalf(bytes: Uint8Array<ArrayBuffer>): Float32Array {
  const table = (halves ??= Float32Array.from({ length: 0x10000 }, (_, bits) => halfToNumber(bits)));
  const source = new Uint16Array(bytes.buffer);
  const values = new Float32Array(source.length);
  for (let i = 0; i < values.length; i++) values[i] = table[source[i]!]!;
  return values;
}

/** IEEE 754 binary16. */
function halfToNumber(bits: number): number {
  const sign = (bits & 0x8000) === 0 ? 1 : -1;
  const exponent = (bits >> 10) & 0x1f;
  const fraction = bits & 0x3ff;
  if (exponent === 0) return sign * fraction * 2 ** -24;
  if (exponent === 0x1f) return fraction === 0 ? sign * Infinity : NaN;
  return sign * (1 + fraction / 1024) * 2 ** (exponent - 15);
}

/** bfloat16 is the upper half of a float32. */
function decodeBFloat16(bytes: Uint8Array<ArrayBuffer>): Float32Array {
  const upper = new Uint16Array(bytes.buffer);
  const words = new Uint32Array(upper.length);
  for (let i = 0; i < upper.length; i++) words[i] = upper[i]! << 16;
  return new Float32Array(words.buffer);
}
