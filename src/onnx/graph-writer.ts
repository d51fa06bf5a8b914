import {
  AttributeProto,
  ModelProto,
  TensorProto,
  type NodeAttribute,
  type NodeProto,
  type TensorMessage,
  type ValueInfo,
} from './onnx-proto.js';

/** The newest set in which ReduceMin, ReduceMax and ReduceMean take axes as attributes; onnxruntime runs it since 1.12. */
const OPSET_VERSION = 17;
const IR_VERSION = 8;

export type ElementType = 'float32' | 'uint8';

/** Integers become INT(S); floats are not needed by any operator in use. */
export type Attributes = Readonly<Record<string, number | readonly number[]>>;

/** Size of an axis, or the name of a size that is known at run time only. */
export type Axis = number | string;

const ELEMENT_TYPES: Readonly<Record<ElementType, number>> = {
  float32: TensorProto.DataType.FLOAT,
  uint8: TensorProto.DataType.UINT8,
};

/** ONNX's own code of an element type, for Cast. */
export function elementTypeCode(type: ElementType): number {
  return ELEMENT_TYPES[type];
}

/** Collects nodes in topological order and writes them as one ONNX file. The same calls give the same bytes. */
export class GraphWriter {
  private readonly inputs: ValueInfo[] = [];
  private readonly outputs: ValueInfo[] = [];
  private readonly nodes: NodeProto[] = [];
  private readonly initializers: TensorMessage[] = [];

  input(name: string, type: ElementType, axes: readonly Axis[]): string {
    this.inputs.push(valueInfo(name, type, axes));
    return name;
  }

  output(name: string, type: ElementType, axes: readonly Axis[]): void {
    this.outputs.push(valueInfo(name, type, axes));
  }

  /** Adds a node with one output of the same name as the node; returns that name. */
  node(operator: string, name: string, inputs: readonly string[], attributes: Attributes = {}): string {
    const attribute = Object.entries(attributes).map(([key, value]) => attributeOf(key, value));
    this.nodes.push({ opType: operator, name, input: [...inputs], output: [name], attribute });
    return name;
  }

  /** A float32 constant. The values are kept by reference until the file is written. */
  floats(name: string, shape: readonly number[], values: Float32Array): string {
    const rawData = new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
    this.initializers.push({ name, dims: [...shape], dataType: TensorProto.DataType.FLOAT, rawData });
    return name;
  }

  /** A one-dimensional int64 constant: axes and shapes. */
  integers(name: string, values: readonly number[]): string {
    const rawData = new Uint8Array(BigInt64Array.from(values, BigInt).buffer);
    this.initializers.push({ name, dims: [values.length], dataType: TensorProto.DataType.INT64, rawData });
    return name;
  }

  finish(graphName: string): Uint8Array {
    return ModelProto.encode({
      irVersion: IR_VERSION,
      producerName: 'surgicam',
      opsetImport: [{ domain: '', version: OPSET_VERSION }],
      graph: {
        name: graphName,
        node: this.nodes,
        initializer: this.initializers,
        input: this.inputs,
        output: this.outputs,
      },
    }).finish();
  }
}

function attributeOf(name: string, value: number | readonly number[]): NodeAttribute {
  return typeof value === 'number'
    ? { name, type: AttributeProto.AttributeType.INT, i: value }
    : { name, type: AttributeProto.AttributeType.INTS, ints: [...value] };
}

function valueInfo(name: string, type: ElementType, axes: readonly Axis[]): ValueInfo {
  const dim = axes.map((axis) => (typeof axis === 'number' ? { dimValue: axis } : { dimParam: axis }));
  return { name, type: { tensorType: { elemType: ELEMENT_TYPES[type], shape: { dim } } } };
}
