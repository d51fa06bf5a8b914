import { SurgicamError } from '../domain/errors.js';
import {
  attributeMessage,
  valueInfo,
  type Attributes,
  type Axis,
  type ElementType,
} from './graph-elements.js';
import {
  ModelProto,
  TensorProto,
  type GraphProto,
  type ModelMessage,
  type NodeProto,
  type TensorMessage,
  type ValueInfo,
} from './onnx-proto.js';
import { neededPart } from './prune-graph.js';

/**
 * Adds to a decoded model. Nodes are appended, so what a node takes must be there before it. A name that is taken
 * already gets a number behind it: use the names that the methods return.
 */
export class GraphEditor {
  /** Version of the operators that the model's nodes are written in. */
  readonly opset: number;
  private readonly names = new Set<string>();
  private readonly nodes: NodeProto[];
  private readonly initializers: TensorMessage[];
  private readonly inputs: ValueInfo[];
  private outputs: ValueInfo[];
  private sizes: ValueInfo[];

  constructor(private readonly model: ModelMessage) {
    const graph = model.graph ?? {};
    this.opset = Number((model.opsetImport ?? []).find(({ domain }) => !domain)?.version ?? 0);
    this.nodes = [...(graph.node ?? [])];
    this.initializers = [...(graph.initializer ?? [])];
    this.inputs = [...(graph.input ?? [])];
    this.outputs = [...(graph.output ?? [])];
    this.sizes = [...(graph.valueInfo ?? [])];
    for (const { name } of [...this.inputs, ...this.initializers]) this.names.add(name ?? '');
    for (const { name, output } of this.nodes)
      for (const taken of [name, ...(output ?? [])]) this.names.add(taken ?? '');
  }

  /** Opens an ONNX file. Error: invalid_argument when the bytes are not one. */
  static open(bytes: Uint8Array): GraphEditor {
    try {
      // A Buffer is decoded without copying the constants.
      return new GraphEditor(
        ModelProto.decode(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)),
      );
    } catch (error) {
      const { message } = SurgicamError.from(error);
      throw new SurgicamError('invalid_argument', `the file is not an ONNX graph: ${message}`, {
        cause: error,
      });
    }
  }

  /** `name`, or `name_2`, `name_3` and so on where that is taken. The name is taken then. */
  unique(name: string): string {
    let free = name;
    for (let count = 2; this.names.has(free); count++) free = `${name}_${count}`;
    this.names.add(free);
    return free;
  }

  /** Declares an input. Error: invalid_argument when a tensor of that name exists. */
  input(name: string, type: ElementType, axes: readonly Axis[]): string {
    if (this.names.has(name)) {
      throw SurgicamError.invalidField('graph input', name, 'a name that no tensor of the graph has');
    }
    this.inputs.push(valueInfo(this.unique(name), type, axes));
    return name;
  }

  /** Gives out a tensor under its own name. */
  output(name: string, type: ElementType, axes: readonly Axis[]): void {
    this.outputs.push(valueInfo(name, type, axes));
  }

  /** Adds a node with one output of the same name as the node; returns that name. */
  node(operator: string, name: string, inputs: readonly string[], attributes: Attributes = {}): string {
    return this.add(operator, name, inputs, attributes, this.nodes.length);
  }

  /** Like `node`, but before all others: for what takes inputs and constants alone. */
  prepend(operator: string, name: string, inputs: readonly string[], attributes: Attributes = {}): string {
    return this.add(operator, name, inputs, attributes, 0);
  }

  /** A float32 constant. The values are kept by reference until the file is written. */
  floats(name: string, shape: readonly number[], values: Float32Array): string {
    const rawData = new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
    return this.constant(name, shape, TensorProto.DataType.FLOAT, rawData);
  }

  /** A float32 constant without axes. */
  scalar(name: string, value: number): string {
    return this.floats(name, [], Float32Array.of(value));
  }

  /** A one-dimensional int64 constant: axes and shapes. */
  integers(name: string, values: readonly number[]): string {
    const rawData = new Uint8Array(BigInt64Array.from(values, BigInt).buffer);
    return this.constant(name, [values.length], TensorProto.DataType.INT64, rawData);
  }

  /** Everything that took `tensor` takes `replacement` from now on; what is added later is not concerned. */
  replace(tensor: string, replacement: string): void {
    for (const [index, node] of this.nodes.entries()) {
      if (!(node.input ?? []).includes(tensor)) continue;
      const input = node.input!.map((name) => (name === tensor ? replacement : name));
      this.nodes[index] = { ...node, input };
    }
  }

  /** The declaration of a graph output. */
  findOutput(name: string): ValueInfo | undefined {
    return this.outputs.find((output) => output.name === name);
  }

  /** No longer gives these outputs out; their tensors stay. If absent, all outputs. */
  removeOutputs(names?: readonly string[]): void {
    this.outputs = this.outputs.filter(({ name }) => names !== undefined && !names.includes(name ?? ''));
  }

  /** Drops the sizes that are noted for intermediate tensors: needed where inputs of another size go in. */
  forgetSizes(): void {
    this.sizes = [];
  }

  /**
   * Writes the file. `name` of the graph: if absent, as it was. `prune`: only the nodes, constants and inputs that the
   * outputs need; if absent, everything.
   */
  finish({ name, prune = false }: { readonly name?: string; readonly prune?: boolean } = {}): Uint8Array {
    const graph: GraphProto = {
      ...this.model.graph,
      ...(name === undefined ? {} : { name }),
      node: this.nodes,
      initializer: this.initializers,
      input: this.inputs,
      output: this.outputs,
      valueInfo: this.sizes,
    };
    return ModelProto.encode({ ...this.model, graph: prune ? neededPart(graph) : graph }).finish();
  }

  private add(
    operator: string,
    name: string,
    inputs: readonly string[],
    attributes: Attributes,
    position: number,
  ): string {
    const output = this.unique(name);
    const attribute = Object.entries(attributes).map(([key, value]) => attributeMessage(key, value));
    const node = { opType: operator, name: output, input: [...inputs], output: [output], attribute };
    this.nodes.splice(position, 0, node);
    return output;
  }

  private constant(name: string, dims: readonly number[], dataType: number, rawData: Uint8Array): string {
    const free = this.unique(name);
    this.initializers.push({ name: free, dims: [...dims], dataType, rawData });
    return free;
  }
}
