import { InvalidArgumentError } from '../errors.js';

/** Little-endian IEEE 754 binary16 as float32, exactly. Error: InvalidArgumentError for an odd number of bytes. */
export function float16ToFloat32(bytes: Uint8Array): Float32Array {
  if (bytes.length % 2 === 1) {
    throw new InvalidArgumentError(`float16 values have two bytes each; there are ${bytes.length}`);
  }
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return Float32Array.from({ length: bytes.length / 2 }, (_, i) => valueOf(view.getUint16(2 * i, true)));
}

function valueOf(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1;
  const exponent = (bits >> 10) & 31;
  const fraction = bits & 1023;
  if (exponent === 0) return sign * fraction * 2 ** -24;
  if (exponent === 31) return fraction === 0 ? sign * Infinity : NaN;
  return sign * (1024 + fraction) * 2 ** (exponent - 25);
}

/** The 512 values of a `RegionFeature`, whichever way it was sent. */
export function featureValues(feature: {
  readonly values: readonly number[];
  readonly valuesF16: Uint8Array;
}): Float32Array {
  return feature.values.length > 0 ? Float32Array.from(feature.values) : float16ToFloat32(feature.valuesF16);
}
