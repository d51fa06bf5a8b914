import { SurgicamError } from '../../domain/errors.js';
import { attributeMessage } from '../graph-elements.js';
import { floatsOf, type GraphView } from '../graph-view.js';
import { TensorProto, type NodeProto, type TensorMessage } from '../onnx-proto.js';
import { affineCode, quantizeBias, quantizeWeights, type AffineCode } from './affine.js';
import { roundingShift } from './bias-correction.js';
import type { QuantizationPlan } from './quantizable.js';
import type { QuantizeGraphOptions } from './quantize-options.js';
import { weightZeroPoint } from './weight-zero-point.js';

/** Writes the nodes and constants of a plan; see quantizeGraph. */
export class QdqWriter {
  readonly #nodes: NodeProto[] = [];
  readonly #initializers = new Map<string, TensorMessage>();
  readonly #outputs: ReadonlySet<string>;

  constructor(
    private readonly view: GraphView,
    private readonly plan: QuantizationPlan,
    private readonly options: QuantizeGraphOptions,
  ) {
    this.#outputs = new Set((view.graph.output ?? []).map(({ name }) => name!));
  }

  write(): { readonly nodes: NodeProto[]; readonly initializers: readonly TensorMessage[] } {
    const { view, plan } = this;
    const convolutions = new Set(plan.convolutions);
    const takers = new Set(view.nodes.filter((node) => convolutions.has(node) || this.#takesCodes(node)));
    for (const { name } of view.graph.input ?? []) if (plan.tensors.has(name!)) this.#codes(name!);
    for (const node of view.nodes) {
      const taken = takers.has(node);
      const input = (node.input ?? []).map((name) =>
        taken && plan.tensors.has(name) ? decodedName(name) : name,
      );
      if (convolutions.has(node)) this.#constants(node, input);
      this.#nodes.push({ ...node, input });
      for (const name of node.output ?? []) if (plan.tensors.has(name)) this.#codes(name);
    }
    return { nodes: this.#rename(), initializers: [...this.#initializers.values()] };
  }

  /** An output that goes on as codes is given out decoded, so that the integer operators before it can be fused. */
  #rename(): NodeProto[] {
    const names = new Map<string, string>();
    for (const name of this.#outputs) {
      if (!this.plan.tensors.has(name)) continue;
      names.set(name, `${name}.float`);
      names.set(decodedName(name), name);
    }
    const renamed = (list: readonly string[] | null | undefined): string[] =>
      (list ?? []).map((name) => names.get(name) ?? name);
    return this.#nodes.map((node) => ({ ...node, input: renamed(node.input), output: renamed(node.output) }));
  }

  #takesCodes(node: NodeProto): boolean {
    if (node.opType !== 'Add' && node.opType !== 'MaxPool') return false;
    return node.input!.every((name) => this.plan.tensors.has(name));
  }

  #codeOf(tensor: string): AffineCode {
    if (this.plan.bytes.has(tensor)) return { scale: 1, zeroPoint: 0 };
    const source = this.plan.tensors.get(tensor)!;
    const range = this.options.ranges.get(source);
    if (range === undefined) throw new SurgicamError('internal', `no range was measured for ${source}`);
    return affineCode(range);
  }

  #codes(tensor: string): void {
    const { FLOAT, UINT8 } = TensorProto.DataType;
    const { scale, zeroPoint } = this.#codeOf(tensor);
    const constants = [
      this.#constant(`${tensor}.scale`, [], FLOAT, Float32Array.of(scale)),
      this.#constant(`${tensor}.zero`, [], UINT8, Uint8Array.of(zeroPoint)),
    ];
    let codes = this.plan.bytes.get(tensor);
    if (codes === undefined) {
      codes = `${tensor}.codes`;
      this.#add('QuantizeLinear', [tensor, ...constants], codes);
    }
    this.#add('DequantizeLinear', [codes, ...constants], decodedName(tensor));
  }

  /** Replaces the weights and bias in `input` by decoded integers. */
  #constants(node: NodeProto, input: string[]): void {
    const { FLOAT, INT8, INT32 } = TensorProto.DataType;
    const [source, weightsName, biasName] = node.input ?? [];
    const tensor = this.view.constant(weightsName!)!;
    const dims = tensor.dims!.map(Number);
    const channels = dims[0]!;
    const weights = floatsOf(tensor);
    const zeroPoint = weightZeroPoint(dims, this.options.amx ?? false);
    const quantized = quantizeWeights(weights, channels, zeroPoint);
    const { codes, scales } = quantized;
    const stem = `${node.output![0]!}.weight`;
    const axis = attributeMessage('axis', 0);
    const scaleName = this.#constant(`${stem}.scale`, [channels], FLOAT, scales);
    const codeName = this.#constant(`${stem}.codes`, dims, INT8, codes);
    const zeros = new Int8Array(channels).fill(zeroPoint);
    const zero = this.#constant(`${stem}.zero`, [channels], INT8, zeros);
    this.#add('DequantizeLinear', [codeName, scaleName, zero], `${stem}.decoded`, [axis]);
    input[1] = `${stem}.decoded`;
    const means = this.options.channelMeans?.get(source!);
    if (!biasName && means === undefined) return;
    const bias = biasName ? floatsOf(this.view.constant(biasName)!) : new Float32Array(channels);
    if (means !== undefined) {
      const shift = roundingShift(weights, { ...quantized, zeroPoint }, dims, means);
      shift.forEach((value, channel) => (bias[channel]! -= value));
    }
    const { scale } = this.#codeOf(source!);
    const biasScales = scales.map((value) => scale * value);
    const biasScale = this.#constant(`${stem}.bias.scale`, [channels], FLOAT, biasScales);
    const biasCodes = this.#constant(
      `${stem}.bias.codes`,
      [channels],
      INT32,
      quantizeBias(bias, scale, scales),
    );
    const biasZero = this.#constant(`${stem}.bias.zero`, [channels], INT32, new Int32Array(channels));
    this.#add('DequantizeLinear', [biasCodes, biasScale, biasZero], `${stem}.bias.decoded`, [axis]);
    input[2] = `${stem}.bias.decoded`;
  }

  #add(
    opType: string,
    input: readonly string[],
    output: string,
    attribute: NodeProto['attribute'] = [],
  ): void {
    this.#nodes.push({
      opType,
      name: output,
      input: [...input],
      output: [output],
      attribute: attribute ?? [],
    });
  }

  #constant(name: string, dims: readonly number[], dataType: number, values: ArrayBufferView): string {
    const rawData = new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
    this.#initializers.set(name, { name, dims: [...dims], dataType, rawData });
    return name;
  }
}

/** The tensor that a tensor's codes are decoded to. */
export function decodedName(tensor: string): string {
  return `${tensor}.decoded`;
}
