const FLOAT32 = new Float32Array(1);
const BITS = new Uint32Array(FLOAT32.buffer);

/** Little-endian IEEE 754 binary16, rounded to nearest, ties to even; what is too large becomes infinity. */
export function toFloat16Bytes(values: Float32Array): Buffer {
  const bytes = Buffer.alloc(values.length * 2);
  for (let i = 0; i < values.length; i++) bytes.writeUInt16LE(toFloat16Bits(values[i]!), i * 2);
  return bytes;
}

function toFloat16Bits(value: number): number {
  FLOAT32[0] = value;
  const bits = BITS[0]!;
  const sign = (bits >>> 16) & 0x8000;
  const magnitude = bits & 0x7fffffff;
  if (magnitude > 0x7f800000) return sign | 0x7e00; // not a number
  if (magnitude >= 0x47800000) return sign | 0x7c00; // 65536 and above, infinity included
  if (magnitude >= 0x38800000) return sign | roundedShift(magnitude - 0x38000000, 13); // normal: rebias the exponent
  if (magnitude < 0x33000000) return sign; // below half of the smallest subnormal
  const shift = 126 - (magnitude >>> 23); // subnormal: 14 to 24
  return sign | roundedShift((magnitude & 0x7fffff) | 0x800000, shift);
}

/** value / 2^shift, rounded to nearest, ties to even. A carry runs into the exponent, as it should. */
function roundedShift(value: number, shift: number): number {
  const half = 1 << (shift - 1);
  const rest = value & ((1 << shift) - 1);
  const whole = value >>> shift;
  return rest > half || (rest === half && (whole & 1) === 1) ? whole + 1 : whole;
}
