/** The largest finite value of half precision. */
export const LARGEST_HALF = 65_504;

/** From here on a value is nearer to the power of two behind the largest half than to that, and rounds to infinity. */
const ROUNDS_TO_INFINITY = 0x477ff000; // 65520 as float32
const SMALLEST_NORMAL = 0x38800000; // 2^-14 as float32
const EXPONENT_SHIFT = 0x38000000; // 127 - 15, float32's bias less half's, in the exponent's place
const SUBNORMAL_STEPS = 2 ** 24;

const float = new Float32Array(1);
const bits = new Uint32Array(float.buffer);

/** IEEE 754 binary16 of a number, nearest with ties to even. Too large becomes infinity, too small 0 or a subnormal. */
export function toHalf(value: number): number {
  float[0] = value;
  const all = bits[0]!;
  const sign = (all >>> 16) & 0x8000;
  const magnitude = all & 0x7fffffff;
  if (magnitude > 0x7f800000) return sign | 0x7e00; // NaN
  if (magnitude >= ROUNDS_TO_INFINITY) return sign | 0x7c00;
  if (magnitude >= SMALLEST_NORMAL) {
    const isOdd = (magnitude >>> 13) & 1;
    return sign | ((magnitude - EXPONENT_SHIFT + 0xfff + isOdd) >>> 13);
  }
  return sign | roundToEven(Math.abs(float[0]) * SUBNORMAL_STEPS);
}

/** The number that sixteen bits stand for. */
export function fromHalf(half: number): number {
  const sign = (half & 0x8000) === 0 ? 1 : -1;
  const exponent = (half >>> 10) & 0x1f;
  const fraction = half & 0x3ff;
  if (exponent === 0) return (sign * fraction) / SUBNORMAL_STEPS;
  if (exponent === 0x1f) return fraction === 0 ? sign * Infinity : NaN;
  return sign * (1 + fraction / 1024) * 2 ** (exponent - 15);
}

function roundToEven(value: number): number {
  const below = Math.floor(value);
  const rest = value - below;
  if (rest !== 0.5) return rest < 0.5 ? below : below + 1;
  return below % 2 === 0 ? below : below + 1;
}
