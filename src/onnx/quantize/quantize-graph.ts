import { SurgicamError } from '../../domain/errors.js';
import { attributeMessage } from '../graph-elements.js';
import { floatsOf, GraphView } from '../graph-view.js';
import { ModelProto, TensorProto, type NodeProto, type TensorMessage } from '../onnx-proto.js';
import { affineCode, quantizeBias, quantizeWeights, type AffineCode, type ValueRange } from './affine.js';
import { planQuantization, type QuantizationPlan } from './quantizable.js';

/** The first operator set in which weights have a scale for every channel. */
const OPSET = 13;

export function openForQuantization(bytes: Uint8Array): { view: GraphView; plan: QuantizationPlan } {
  const model = ModelProto.decode(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength));
  const opset = Number(model.opsetImport.find(({ domain }) => !domain)?.version ?? 0);
  if (opset < OPSET) throw SurgicamError.invalidField('operator set', opset, `${OPSET} or newer`);
  const view = new GraphView(model.graph ?? {}, opset);
  const plan = planQuantization(view);
  if (plan.convolutions.length === 0) {
    throw new SurgicamError('invalid_argument', 'the graph has no convolution with constant float32 weights');
  }
  return { view, plan };
}

/**
 * The same graph with QuantizeLinear and DequantizeLinear around its convolutions and residual sums, which a runtime
 * fuses to integer operators: uint8 activations, int8 weights with a scale an output channel, int32 biases. `ranges`
 * are those of the plan's tensors. Names of inputs and outputs stay.
 */
export function quantizeGraph(bytes: Uint8Array, ranges: ReadonlyMap<string, ValueRange>): Uint8Array {
  const model = ModelProto.decode(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength));
  const { view, plan } = openForQuantization(bytes);
  const writer = new QdqWriter(view, plan, ranges);
  const { nodes, initializers } = writer.write();
  const kept = (view.graph.initializer ?? []).filter(({ name }) =>
    nodes.some(({ input }) => input?.includes(name!)),
  );
  const graph = { ...view.graph, node: nodes, initializer: [...kept, ...initializers], valueInfo: [] };
  return ModelProto.encode(Object.assign(model, { graph })).finish();
}

class QdqWriter {
  readonly #nodes: NodeProto[] = [];
  readonly #initializers = new Map<string, TensorMessage>();
  readonly #outputs: ReadonlySet<string>;

  constructor(
    private readonly view: GraphView,
    private readonly plan: QuantizationPlan,
    private readonly ranges: ReadonlyMap<string, ValueRange>,
  ) {
    this.#outputs = new Set((view.graph.output ?? []).map(({ name }) => name!));
  }

  write(): { readonly nodes: NodeProto[]; readonly initializers: readonly TensorMessage[] } {
    const { view, plan } = this;
    const convolutions = new Set(plan.convolutions);
    const takers = new Set(view.nodes.filter((node) => convolutions.has(node) || this.#takesCodes(node)));
    for (const { name } of view.graph.input ?? []) if (plan.tensors.has(name!)) this.#codes(name!, name!);
    for (const node of view.nodes) {
      const taken = takers.has(node);
      const input = (node.input ?? []).map((name) =>
        taken && plan.tensors.has(name) ? decoded(name) : name,
      );
      if (convolutions.has(node)) this.#constants(node, input);
      this.#nodes.push({ ...node, input });
      for (const name of node.output ?? []) if (plan.tensors.has(name)) this.#codes(name, name);
    }
    return { nodes: this.#rename(), initializers: [...this.#initializers.values()] };
  }

  /** An output that goes on as codes is given out decoded, so that the integer operators before it can be fused. */
  #rename(): NodeProto[] {
    const names = new Map<string, string>();
    for (const name of this.#outputs) {
      if (!this.plan.tensors.has(name)) continue;
      names.set(name, `${name}.float`);
      names.set(decoded(name), name);
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
    const source = this.plan.tensors.get(tensor)!;
    const range = this.ranges.get(source);
    if (range === undefined) throw new SurgicamError('internal', `no range was measured for ${source}`);
    return affineCode(range);
  }

  #codes(tensor: string, from: string): void {
    const { FLOAT, UINT8 } = TensorProto.DataType;
    const { scale, zeroPoint } = this.#codeOf(tensor);
    const constants = [
      this.#constant(`${tensor}.scale`, [], FLOAT, Float32Array.of(scale)),
      this.#constant(`${tensor}.zero`, [], UINT8, Uint8Array.of(zeroPoint)),
    ];
    const codes = `${tensor}.codes`;
    this.#add('QuantizeLinear', [from, ...constants], codes);
    this.#add('DequantizeLinear', [codes, ...constants], decoded(tensor));
  }

  /** Replaces the weights and bias in `input` by decoded integers. */
  #constants(node: NodeProto, input: string[]): void {
    const { FLOAT, INT8, INT32 } = TensorProto.DataType;
    const [source, weightsName, biasName] = node.input ?? [];
    const tensor = this.view.constant(weightsName!)!;
    const dims = tensor.dims!.map(Number);
    const channels = dims[0]!;
    const { codes, scales } = quantizeWeights(floatsOf(tensor), channels);
    const stem = `${node.output![0]!}.weight`;
    const axis = attributeMessage('axis', 0);
    const scaleName = this.#constant(`${stem}.scale`, [channels], FLOAT, scales);
    const codeName = this.#constant(`${stem}.codes`, dims, INT8, codes);
    const zero = this.#constant(`${stem}.zero`, [channels], INT8, new Int8Array(channels));
    this.#add('DequantizeLinear', [codeName, scaleName, zero], `${stem}.decoded`, [axis]);
    input[1] = `${stem}.decoded`;
    if (!biasName) return;
    const { scale } = this.#codeOf(source!);
    const bias = quantizeBias(floatsOf(this.view.constant(biasName)!), scale, scales);
    const biasScales = scales.map((value) => scale * value);
    const biasScale = this.#constant(`${stem}.bias.scale`, [channels], FLOAT, biasScales);
    const biasCodes = this.#constant(`${stem}.bias.codes`, [channels], INT32, bias);
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

function decoded(tensor: string): string {
  return `${tensor}.decoded`;
}
