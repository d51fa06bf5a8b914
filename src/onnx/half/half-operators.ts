/**
 * Operators that are computed in half precision: which of their inputs, by place, are numbers of the type that they
 * compute in; the others are sizes and axes. Their outputs are of that type.
 */
export const HALF_OPERATORS: ReadonlyMap<string, 'all' | readonly number[]> = new Map<
  string,
  'all' | readonly number[]
>([
  // Sums of products: half of the traffic, twice to eight times the arithmetic on tensor cores, which sum in float32.
  ...(['Conv', 'ConvTranspose', 'Gemm', 'MatMul'] as const).map((name) => [name, 'all'] as const),
  // One rounding an element.
  ...'Add Sub Mul Relu LeakyRelu PRelu Elu Selu Clip Sigmoid HardSigmoid HardSwish Tanh'
    .split(' ')
    .map((name) => [name, 'all'] as const),
  // Nothing is computed, or the mean of a small window.
  ...'MaxPool AveragePool Identity Dropout Transpose Reshape Flatten Squeeze Unsqueeze Slice Split Expand'
    .split(' ')
    .map((name) => [name, [0]] as const),
  ['Concat', 'all'],
  ['Pad', [0, 2]],
]);

/** Operators that stay in float32 on purpose, and why. What is in neither table stays there too, since nobody looked at it. */
export const FLOAT_OPERATORS: ReadonlyMap<string, string> = new Map<string, string>([
  ...'GlobalAveragePool GlobalLpPool ReduceMean ReduceSum ReduceSumSquare ReduceL1 ReduceL2 CumSum'
    .split(' ')
    .map((name) => [name, 'its sum over many cells can pass 65504 or swallow small terms'] as const),
  ...'BatchNormalization InstanceNormalization GroupNormalization LayerNormalization LpNormalization LRN'
    .split(' ')
    .map((name) => [name, 'it divides by a variance, which may be too small for half precision'] as const),
  ...'Div Reciprocal Sqrt Pow'
    .split(' ')
    .map((name) => [name, 'a small divisor becomes zero, a power passes 65504'] as const),
  ...'Softmax LogSoftmax Exp Log Softplus Erf Gelu'
    .split(' ')
    .map((name) => [name, 'exponentials of more than 11 pass 65504'] as const),
  ...'Resize Upsample GridSample'
    .split(' ')
    .map((name) => [name, 'its positions need more than the 11 bits of a half'] as const),
]);

const MOVING = new Set(
  'MaxPool Relu Clip Identity Dropout Transpose Reshape Flatten Squeeze Unsqueeze Slice Split Expand Concat Pad'.split(
    ' ',
  ),
);

/** Whether a half operator makes numbers that are none of its inputs. */
export function isRounding(operator: string): boolean {
  return !MOVING.has(operator);
}
