import type { FeatureMapShape } from '../../domain/model-description.js';
import { attributesOf, type GraphView } from '../graph-view.js';
import type { NodeProto } from '../onnx-proto.js';
import { axesOfNode, constantFloats, type Constant } from './constants.js';
import {
  broadcast,
  entriesOf,
  matrixOf,
  multiplied,
  scaled,
  withDims,
  type LinearForm,
} from './linear-form.js';
import { averaged, averagePoolOf, mapAfterMove, type UnpooledMap } from './pooled-map.js';
import type { Shapes } from './measure-shapes.js';

type Form = UnpooledMap | LinearForm;

export type HeadProof =
  /** Row-major [K, C]: logit k is the sum over c of weights[k, c] times the mean of channel c, plus a constant. */
  | { readonly isLinear: true; readonly weights: Float32Array }
  /** Where the proof ended. */
  | { readonly isLinear: false; readonly reason: string };

/** Ends a proof; never leaves this file. */
class NotProven extends Error {}

/**
 * Tries to prove that the logits are global average pooling of the map and linear layers without anything but constants
 * between them, and multiplies those into one matrix, in double precision.
 */
export function proveLinearHead(
  view: GraphView,
  shapes: Shapes,
  map: FeatureMapShape,
  logits: string,
): HeadProof {
  try {
    const form = new HeadWalk(view, shapes, map).formOf(logits);
    if (form.kind === 'map') return { isLinear: false, reason: 'the map is not pooled' };
    return { isLinear: true, weights: Float32Array.from(matrixOf(form)) };
  } catch (error) {
    if (error instanceof NotProven) return { isLinear: false, reason: error.message };
    throw error;
  }
}

class HeadWalk {
  readonly #forms = new Map<string, Form>();

  constructor(
    private readonly view: GraphView,
    private readonly shapes: Shapes,
    { name, channels, height, width }: FeatureMapShape,
  ) {
    const dims = [1, channels, height, width];
    this.#forms.set(name, { kind: 'map', axes: ['N', 'C', 'H', 'W'], dims });
  }

  formOf(tensor: string): Form {
    const known = this.#forms.get(tensor);
    if (known !== undefined) return known;
    const node = this.view.producer(tensor);
    if (node === undefined) throw new NotProven(`'${tensor}' does not come from the map`);
    const dims = this.shapes.get(tensor);
    const form = dims === undefined || node.output?.[0] !== tensor ? undefined : this.#after(node, dims);
    if (form === undefined)
      throw new NotProven(`${node.opType ?? ''} of node '${node.name ?? ''}' is neither pooling nor linear`);
    this.#forms.set(tensor, form);
    return form;
  }

  #after(node: NodeProto, dims: readonly number[]): Form | undefined {
    switch (node.opType) {
      case 'Identity':
      case 'Dropout':
      case 'Flatten':
      case 'Reshape':
      case 'Squeeze':
      case 'Unsqueeze':
      case 'Transpose':
        return moved(this.#input(node), node, dims);
      case 'GlobalAveragePool':
      case 'ReduceMean':
      case 'AveragePool':
        return this.#pooled(node, dims);
      case 'Gemm':
      case 'MatMul':
        return this.#matrixProduct(node, dims);
      case 'Conv':
        return this.#convolution(node, dims);
      case 'BatchNormalization':
        return this.#batchNorm(node, dims);
      case 'Add':
      case 'Sub':
      case 'Mul':
      case 'Div':
        return this.#withConstant(node, dims);
      default:
        return undefined;
    }
  }

  #input(node: NodeProto, index = 0): Form {
    return this.formOf(node.input?.[index] ?? '');
  }

  #constant(node: NodeProto, index: number): Constant | undefined {
    const name = node.input?.[index];
    return name === undefined || name === '' ? undefined : constantFloats(this.view, name);
  }

  #pooled(node: NodeProto, dims: readonly number[]): Form | undefined {
    const form = this.#input(node);
    if (form.kind === 'linear')
      return entriesOf(dims) === entriesOf(form.dims) && dims[0] === 1 ? withDims(form, dims) : undefined;
    if (node.opType === 'ReduceMean') {
      const axes = axesOfNode(this.view, node);
      return axes === undefined ? undefined : averaged(form, axes, dims);
    }
    if (node.opType === 'GlobalAveragePool')
      return form.axes.join('') === 'NCHW' ? averaged(form, [2, 3], dims) : undefined;
    const pooling = averagePoolOf(node, form);
    if (pooling === 'each') return form;
    return pooling === 'all' ? averaged(form, [2, 3], dims) : undefined;
  }

  /** The rows of weights are the form's entries; what is added is a constant. */
  #matrixProduct(node: NodeProto, dims: readonly number[]): Form | undefined {
    const form = this.#input(node);
    const weights = this.#constant(node, 1);
    if (form.kind === 'map' || weights?.dims.length !== 2 || node.input?.[0] === node.input?.[1])
      return undefined;
    const attributes = attributesOf(node);
    const isGemm = node.opType === 'Gemm';
    if (isGemm && attributes.get('transA') === 1) return undefined;
    const bias = node.input?.[2] ?? '';
    if (bias !== '' && this.#constant(node, 2) === undefined) return undefined;
    const transposed = isGemm && attributes.get('transB') === 1;
    const alpha = isGemm ? Number(attributes.get('alpha') ?? 1) : 1;
    const [rows = 0, columns = 0] = transposed ? [...weights.dims].reverse() : weights.dims;
    // One row of entries a picture: otherwise the product would not mix all of them.
    if (rows !== entriesOf(form.dims) || form.dims.at(-1) !== rows || dims[0] !== 1) return undefined;
    const { values } = weights;
    const weight = transposed
      ? (entry: number, output: number): number => alpha * values[output * rows + entry]!
      : (entry: number, output: number): number => alpha * values[entry * columns + output]!;
    return multiplied(form, columns, weight, dims);
  }

  /** A 1 x 1 convolution of the pooled channels. */
  #convolution(node: NodeProto, dims: readonly number[]): Form | undefined {
    const form = this.#input(node);
    const weights = this.#constant(node, 1);
    if (form.kind === 'map' || weights === undefined) return undefined;
    const [outputs = 0, inputs = 0, ...kernel] = weights.dims;
    const entries = entriesOf(form.dims);
    const isPlain = inputs === entries && form.dims[1] === entries && kernel.every((size) => size === 1);
    const bias = node.input?.[2] ?? '';
    if (!isPlain || entriesOf(dims) !== outputs || (bias !== '' && this.#constant(node, 2) === undefined))
      return undefined;
    return multiplied(form, outputs, (entry, output) => weights.values[output * inputs + entry]!, dims);
  }

  #batchNorm(node: NodeProto, dims: readonly number[]): Form | undefined {
    const form = this.#input(node);
    const [scale, , , variance] = [1, 2, 3, 4].map((index) => this.#constant(node, index));
    const attributes = attributesOf(node);
    if (
      form.kind === 'map' ||
      scale === undefined ||
      variance === undefined ||
      attributes.get('training_mode') === 1
    )
      return undefined;
    // [N, C] or [N, C, 1, 1]: every entry is a channel of its own.
    if (form.dims[1] !== entriesOf(form.dims) || scale.values.length !== form.dims[1]) return undefined;
    const epsilon = Number(attributes.get('epsilon') ?? 1e-5);
    const factors = Float64Array.from(scale.values, (value, channel) => {
      return value / Math.sqrt(variance.values[channel]! + epsilon);
    });
    return withDims(scaled(form, factors), dims);
  }

  #withConstant(node: NodeProto, dims: readonly number[]): Form | undefined {
    const [left, right] = [this.#constant(node, 0), this.#constant(node, 1)];
    const constant = right ?? left;
    const form = constant === undefined ? undefined : this.#input(node, right === undefined ? 1 : 0);
    if (constant === undefined || form === undefined || form.kind === 'map') return undefined;
    const values = broadcast(constant, form.dims);
    if (values === undefined || dims.length !== form.dims.length) return undefined;
    switch (node.opType) {
      case 'Add':
        return form;
      case 'Sub':
        return right === undefined ? scaled(form, values.fill(-1)) : form;
      case 'Mul':
        return scaled(form, values);
      default: // A constant divided by the form is not linear.
        return right === undefined
          ? undefined
          : scaled(
              form,
              values.map((value) => 1 / value),
            );
    }
  }
}

function moved(form: Form, node: NodeProto, dims: readonly number[]): Form | undefined {
  if (form.kind === 'map') return mapAfterMove(form, node, dims);
  // Of a picture's entries only one axis is longer than 1 or their order is kept: all but a Transpose keep it.
  const keepsOrder = node.opType !== 'Transpose' || form.dims.filter((size) => size > 1).length <= 1;
  return keepsOrder && dims[0] === 1 && entriesOf(dims) === entriesOf(form.dims)
    ? withDims(form, dims)
    : undefined;
}
