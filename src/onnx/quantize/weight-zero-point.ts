/**
 * onnxruntime computes a convolution of int8 weights whose zero point is 0 with a kernel of its own that goes over the
 * picture with VNNI instructions, and one whose zero point is anything else by gathering a matrix and multiplying it,
 * with AMX where the processor has it. Codes shifted by one choose the second; what the weights mean stays the same.
 */
export const WEIGHT_ZERO_POINT = { direct: 0, matrix: 1 } as const;

/**
 * Numbers that a sum has at least for gathering them to pay. Measured layer by layer with a ResNet-50 of 320 x 256
 * pixels on a processor with AMX (onnxruntime 1.30, one thread): 0.7 of the time from 1152 on, 1.1 to 3 times at 256
 * and below.
 */
const LEAST_SUM = 512;

/** The zero point of weights [out, in / groups, ...]. */
export function weightZeroPoint(dims: readonly number[], amx: boolean): number {
  const terms = dims.slice(1).reduce((product, size) => product * size, 1);
  return amx && terms >= LEAST_SUM ? WEIGHT_ZERO_POINT.matrix : WEIGHT_ZERO_POINT.direct;
}
