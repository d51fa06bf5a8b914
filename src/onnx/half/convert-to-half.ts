import { attributeMessage } from '../graph-elements.js';
import { floatsOf, GraphView } from '../graph-view.js';
import { ModelProto, TensorProto, type NodeProto, type TensorMessage } from '../onnx-proto.js';
import { neededPart } from '../prune-graph.js';
import { toHalf } from './float16.js';
import { numberInputs, planHalf, type HalfPlan, type KeptNode } from './plan-half.js';

export interface HalfGraph {
  readonly bytes: Uint8Array;
  /** Nodes that are computed in half precision. */
  readonly halfNodes: number;
  readonly kept: readonly KeptNode[];
  /** Constants other than 0 that are nearer to 0 than to the smallest half. */
  readonly vanished: number;
}

/**
 * The same graph with its backbone in half precision; names, types and sizes of inputs and outputs stay, casts are
 * inside. See planHalf for what is converted and for errors. Constants are rounded to nearest, ties to even.
 */
export function convertToHalf(
  bytes: Uint8Array,
  featureMaps: readonly string[],
  peaks?: ReadonlyMap<string, number>,
): HalfGraph {
  // A Buffer is decoded without copying the constants.
  const model = ModelProto.decode(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength));
  const opset = Number(model.opsetImport.find(({ domain }) => !domain)?.version ?? 0);
  const view = new GraphView(model.graph ?? {}, opset);
  const plan = planHalf(view, featureMaps, peaks);
  const writer = new HalfWriter(view, plan);
  const nodes = writer.write();
  const initializer = [...(view.graph.initializer ?? []), ...writer.constants()];
  const graph = neededPart({ ...view.graph, node: nodes, initializer, valueInfo: [] });
  return {
    bytes: ModelProto.encode(Object.assign(model, { graph })).finish(),
    halfNodes: plan.nodes.size,
    kept: plan.kept,
    vanished: writer.vanished,
  };
}

const half = (tensor: string): string => `${tensor}.half`;

/** Writes the nodes anew. A tensor `x` that is made in half precision is called `x.half`, and cast to `x` where that is needed. */
class HalfWriter {
  vanished = 0;
  readonly #nodes: NodeProto[] = [];
  readonly #constants = new Map<string, TensorMessage>();
  /** Tensors that nodes of the plan make. */
  readonly #made: ReadonlySet<string>;
  readonly #cast = new Set<string>();

  constructor(
    private readonly view: GraphView,
    private readonly plan: HalfPlan,
  ) {
    this.#made = new Set([...plan.nodes].flatMap(({ output }) => output ?? []));
  }

  write(): NodeProto[] {
    for (const node of this.view.nodes) {
      if (this.plan.nodes.has(node)) this.#writeHalf(node);
      else this.#writeFloat(node);
    }
    for (const { name } of this.view.graph.output ?? []) this.#widen(name!);
    return this.#nodes;
  }

  constants(): TensorMessage[] {
    return [...this.#constants.values()];
  }

  #writeHalf(node: NodeProto): void {
    const numbers = new Set(numberInputs(node));
    const input = (node.input ?? []).map((name) => (numbers.has(name) ? this.#narrow(name) : name));
    this.#nodes.push({ ...node, input, output: (node.output ?? []).map((name) => name && half(name)) });
  }

  #writeFloat(node: NodeProto): void {
    // Inner graphs (If, Loop) may take any tensor from around them.
    const inner = (node.attribute ?? [])
      .flatMap(({ g }) => g?.node ?? [])
      .flatMap(({ input }) => input ?? []);
    for (const name of [...(node.input ?? []), ...inner]) this.#widen(name);
    this.#nodes.push(node);
  }

  /** Name of the tensor in half precision. */
  #narrow(tensor: string): string {
    if (this.#made.has(tensor)) return half(tensor);
    const constant = this.view.constant(tensor);
    if (constant !== undefined) this.#convert(tensor, constant);
    else this.#addCast(tensor, half(tensor), TensorProto.DataType.FLOAT16);
    return half(tensor);
  }

  #widen(tensor: string): void {
    if (this.#made.has(tensor)) this.#addCast(half(tensor), tensor, TensorProto.DataType.FLOAT);
  }

  #addCast(from: string, to: string, type: number): void {
    if (this.#cast.has(to)) return;
    this.#cast.add(to);
    const attribute = [attributeMessage('to', type)];
    this.#nodes.push({ opType: 'Cast', name: `${to}.cast`, input: [from], output: [to], attribute });
  }

  #convert(name: string, tensor: TensorMessage): void {
    if (this.#constants.has(name)) return;
    const values = floatsOf(tensor);
    const halves = Uint16Array.from(values, toHalf);
    values.forEach((value, i) => {
      if (value !== 0 && (halves[i]! & 0x7fff) === 0) this.vanished++;
    });
    const rawData = new Uint8Array(halves.buffer);
    const dims = tensor.dims ?? [];
    this.#constants.set(name, { name: half(name), dims, dataType: TensorProto.DataType.FLOAT16, rawData });
  }
}
