/** Numbers known before the network runs, in row-major order. */
interface ConstantTensor {
  readonly dims: readonly number[];
  readonly values: Float32Array;
}

/**
 * Entries of a tensor as linear functions of the C pooled channels, without their constant parts: entry e is a multiple of
 * one channel (`single`), or a row of a matrix [entries, C] (`dense`). Double precision. `dims` are for one picture.
 */
export interface LinearForm {
  readonly kind: 'linear';
  readonly dims: readonly number[];
  readonly channels: number;
  readonly rows:
    | { readonly kind: 'single'; readonly channel: Int32Array; readonly factor: Float64Array }
    | { readonly kind: 'dense'; readonly matrix: Float64Array };
}

/** Every entry is its own channel. */
export function pooledChannels(dims: readonly number[]): LinearForm {
  const channels = entriesOf(dims);
  const channel = Int32Array.from({ length: channels }, (_, index) => index);
  const factor = new Float64Array(channels).fill(1);
  return { kind: 'linear', dims, channels, rows: { kind: 'single', channel, factor } };
}

export function withDims(form: LinearForm, dims: readonly number[]): LinearForm {
  return { ...form, dims };
}

/** Every entry times its factor. */
export function scaled(form: LinearForm, factors: Float64Array): LinearForm {
  const { rows, channels } = form;
  if (rows.kind === 'single') {
    const factor = rows.factor.map((value, entry) => value * factors[entry]!);
    return { ...form, rows: { ...rows, factor } };
  }
  const matrix = rows.matrix.map((value, index) => value * factors[Math.floor(index / channels)]!);
  return { ...form, rows: { kind: 'dense', matrix } };
}

/** Entry m of the result is the sum over e of `weight(e, m)` times entry e. */
export function multiplied(
  form: LinearForm,
  outputs: number,
  weight: (entry: number, output: number) => number,
  dims: readonly number[],
): LinearForm {
  const { rows, channels } = form;
  const entries = entriesOf(form.dims);
  const matrix = new Float64Array(outputs * channels);
  for (let output = 0; output < outputs; output++) {
    const row = matrix.subarray(output * channels, (output + 1) * channels);
    for (let entry = 0; entry < entries; entry++) {
      const factor = weight(entry, output);
      if (factor === 0) continue;
      if (rows.kind === 'single') row[rows.channel[entry]!]! += factor * rows.factor[entry]!;
      else addScaled(row, factor, rows.matrix, entry * channels);
    }
  }
  return { kind: 'linear', dims, channels, rows: { kind: 'dense', matrix } };
}

/** The form as one matrix [entries, C]. */
export function matrixOf({ rows, channels }: LinearForm): Float64Array {
  if (rows.kind === 'dense') return rows.matrix;
  const matrix = new Float64Array(rows.channel.length * channels);
  rows.channel.forEach((channel, entry) => (matrix[entry * channels + channel] = rows.factor[entry]!));
  return matrix;
}

/** A constant's value at every entry of a tensor, by ONNX's broadcasting; undefined where the result would be larger. */
export function broadcast(constant: ConstantTensor, dims: readonly number[]): Float64Array | undefined {
  const missing = dims.length - constant.dims.length;
  if (missing < 0) return undefined;
  const sizes = dims.map((_, axis) => (axis < missing ? 1 : constant.dims[axis - missing]!));
  if (sizes.some((size, axis) => size !== 1 && size !== dims[axis])) return undefined;
  const result = new Float64Array(entriesOf(dims));
  for (let entry = 0; entry < result.length; entry++) {
    let rest = entry;
    let offset = 0;
    let stride = 1;
    for (let axis = dims.length - 1; axis >= 0; axis--) {
      if (sizes[axis] !== 1) offset += (rest % dims[axis]!) * stride;
      rest = Math.floor(rest / dims[axis]!);
      stride *= sizes[axis]!;
    }
    result[entry] = constant.values[offset]!;
  }
  return result;
}

export function entriesOf(dims: readonly number[]): number {
  return dims.reduce((product, size) => product * size, 1);
}

function addScaled(row: Float64Array, factor: number, matrix: Float64Array, start: number): void {
  for (let channel = 0; channel < row.length; channel++) row[channel]! += factor * matrix[start + channel]!;
}
