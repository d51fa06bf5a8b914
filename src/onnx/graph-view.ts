import { SurgicamError } from '../domain/errors.js';
import {
  AttributeProto,
  ModelProto,
  TensorProto,
  type GraphProto,
  type NodeAttribute,
  type NodeProto,
  type TensorMessage,
} from './onnx-proto.js';

/** The value of an attribute, as far as it is one of the kinds in use. */
export type AttributeValue = number | readonly number[] | string | TensorMessage;

/** A graph to be read: who makes a tensor, who takes it, which values are constant. Nodes stand in topological order. */
export class GraphView {
  readonly nodes: readonly NodeProto[];
  readonly #producers = new Map<string, NodeProto>();
  readonly #consumers = new Map<string, NodeProto[]>();
  readonly #constants = new Map<string, TensorMessage>();

  constructor(
    readonly graph: GraphProto,
    readonly opset: number,
  ) {
    this.nodes = graph.node ?? [];
    for (const tensor of graph.initializer ?? []) this.#constants.set(tensor.name ?? '', tensor);
    for (const node of this.nodes) {
      for (const name of node.output ?? []) if (name !== '') this.#producers.set(name, node);
      for (const name of new Set(node.input ?? [])) {
        if (name === '') continue;
        const known = this.#consumers.get(name);
        if (known === undefined) this.#consumers.set(name, [node]);
        else known.push(node);
      }
      if (node.opType === 'Constant') {
        const value = attributesOf(node).get('value');
        if (typeof value === 'object' && 'dataType' in value) this.#constants.set(node.output![0]!, value);
      }
    }
  }

  /** The node that makes a tensor; absent for inputs and initializers. */
  producer(tensor: string): NodeProto | undefined {
    return this.#producers.get(tensor);
  }

  /** The nodes that take a tensor, each once, in topological order. */
  consumers(tensor: string): readonly NodeProto[] {
    return this.#consumers.get(tensor) ?? [];
  }

  /** The value of an initializer or of a Constant node. */
  constant(tensor: string): TensorMessage | undefined {
    return this.#constants.get(tensor);
  }
}

/** Opens an ONNX file. Error: invalid_argument when the bytes are not one. */
export function readGraph(bytes: Uint8Array): GraphView {
  try {
    // A Buffer is decoded without copying the constants.
    const model = ModelProto.decode(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength));
    if (model.graph === null || model.graph === undefined) throw new Error('it holds no graph');
    const opset = model.opsetImport.find(({ domain }) => !domain)?.version ?? 0;
    return new GraphView(model.graph, Number(opset));
  } catch (error) {
    const { message } = SurgicamError.from(error);
    throw new SurgicamError('invalid_argument', `the file is not an ONNX graph: ${message}`, {
      cause: error,
    });
  }
}

/** A node's attributes by name: INT, INTS, FLOAT, FLOATS, STRING and TENSOR; others are left out. */
export function attributesOf(node: NodeProto): ReadonlyMap<string, AttributeValue> {
  const values = new Map<string, AttributeValue>();
  for (const attribute of node.attribute ?? []) {
    const value = valueOf(attribute);
    if (value !== undefined) values.set(attribute.name ?? '', value);
  }
  return values;
}

function valueOf({ type, i, ints, f, floats, s, t }: NodeAttribute): AttributeValue | undefined {
  switch (type) {
    case AttributeProto.AttributeType.INT:
      return Number(i ?? 0);
    case AttributeProto.AttributeType.INTS:
      return (ints ?? []).map(Number);
    case AttributeProto.AttributeType.FLOAT:
      return f ?? 0;
    case AttributeProto.AttributeType.FLOATS:
      return floats ?? [];
    case AttributeProto.AttributeType.STRING:
      return Buffer.from(s ?? []).toString('utf8');
    case AttributeProto.AttributeType.TENSOR:
      return t ?? undefined;
    default:
      return undefined;
  }
}

/** The values of a FLOAT tensor. Error: invalid_argument for another element type. */
export function floatsOf(tensor: TensorMessage): Float32Array {
  if (tensor.dataType !== TensorProto.DataType.FLOAT) {
    throw SurgicamError.invalidField(`tensor ${tensor.name ?? ''}: data type`, tensor.dataType, 'FLOAT (1)');
  }
  const raw = tensor.rawData;
  if (raw !== null && raw !== undefined && raw.length > 0)
    return new Float32Array(Uint8Array.from(raw).buffer);
  return Float32Array.from(tensor.floatData ?? []);
}

/** The values of an INT64 tensor. Error: invalid_argument for another element type. */
export function integersOf(tensor: TensorMessage): number[] {
  if (tensor.dataType !== TensorProto.DataType.INT64) {
    throw SurgicamError.invalidField(`tensor ${tensor.name ?? ''}: data type`, tensor.dataType, 'INT64 (7)');
  }
  const raw = tensor.rawData;
  if (raw !== null && raw !== undefined && raw.length > 0) {
    return [...new BigInt64Array(Uint8Array.from(raw).buffer)].map(Number);
  }
  return (tensor.int64Data ?? []).map(Number);
}
