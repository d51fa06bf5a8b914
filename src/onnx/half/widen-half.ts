import { attributeMessage } from '../graph-elements.js';
import { attributesOf, GraphView } from '../graph-view.js';
import { ModelProto, TensorProto, type NodeProto, type TensorMessage } from '../onnx-proto.js';
import { elementTypesOf } from './element-types.js';
import { fromHalf } from './float16.js';
import { isRounding } from './half-operators.js';

const { FLOAT, FLOAT16 } = TensorProto.DataType;

export interface WidenOptions {
  /**
   * Round to a half's 11 bits wherever the graph would have, by arithmetic. The range is not emulated. Needed to see on a
   * processor what a graphics card will compute: onnxruntime has no half kernels for processors, puts casts around the
   * nodes, and takes out those between two of them, so that it rounds weights and nothing else.
   */
  readonly rounding: boolean;
}

/**
 * A graph that convertToHalf wrote, computing in float32 again with the weights that it has: every half is a float.
 * Gradients are derived of this one, since what is tiny vanishes in half precision. Other graphs come out as they are.
 */
export function widenHalf(bytes: Uint8Array, { rounding }: WidenOptions = { rounding: false }): Uint8Array {
  const model = ModelProto.decode(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength));
  const graph = model.graph ?? {};
  const initializers = graph.initializer ?? [];
  const isNarrowing = (node: NodeProto): boolean =>
    node.opType === 'Cast' && attributesOf(node).get('to') === FLOAT16;
  if (!initializers.some(({ dataType }) => dataType === FLOAT16) && !(graph.node ?? []).some(isNarrowing))
    return bytes;
  const opset = Number(model.opsetImport.find(({ domain }) => !domain)?.version ?? 0);
  const types = elementTypesOf(new GraphView(graph, opset));
  // A tensor in half precision and the one that it is cast to, or from, are one.
  const names = new Map<string, string>();
  const nodes = (graph.node ?? []).flatMap((node): NodeProto[] => {
    const rounded = (node.output ?? []).filter((name) => types.get(name) === FLOAT16);
    if (node.opType !== 'Cast') {
      return rounding && rounded.length > 0 && isRounding(node.opType ?? '') ? withRounding(node) : [node];
    }
    const [from, to] = [node.input![0]!, node.output![0]!];
    const source = types.get(from);
    const target = attributesOf(node).get('to');
    if (source === FLOAT16 && target === FLOAT && !names.has(from)) {
      names.set(from, to);
      return [];
    }
    if (source === FLOAT && target === FLOAT16) {
      if (rounding) return roundingNodes(from, to);
      names.set(to, from);
      return [];
    }
    return [target === FLOAT16 ? { ...node, attribute: [attributeMessage('to', FLOAT)] } : node];
  });
  const renamed = (list: readonly string[] | null | undefined): string[] =>
    (list ?? []).map((name) => names.get(name) ?? name);
  const widened = {
    ...graph,
    node: nodes.map((node) => ({ ...node, input: renamed(node.input), output: renamed(node.output) })),
    initializer: [...initializers.map(widenedTensor), ...(rounding ? [SPLITTER] : [])],
    valueInfo: [],
  };
  return ModelProto.encode(Object.assign(model, { graph: widened })).finish();
}

function widenedTensor(tensor: TensorMessage): TensorMessage {
  if (tensor.dataType !== FLOAT16) return tensor;
  const halves = new Uint16Array(Uint8Array.from(tensor.rawData ?? []).buffer);
  const rawData = new Uint8Array(Float32Array.from(halves, fromHalf).buffer);
  return { ...tensor, dataType: FLOAT, rawData };
}

/** 2^13 + 1: with it, Veltkamp's splitting leaves 24 - 13 = 11 bits of a float32, rounded to nearest. */
const SPLITTER: TensorMessage = {
  name: 'half.splitter',
  dims: [],
  dataType: FLOAT,
  rawData: new Uint8Array(Float32Array.of(2 ** 13 + 1).buffer),
};

function withRounding(node: NodeProto): NodeProto[] {
  const outputs = node.output ?? [];
  const exact = (name: string): string => `${name}.exact`;
  return [
    { ...node, output: outputs.map(exact) },
    ...outputs.flatMap((name) => roundingNodes(exact(name), name)),
  ];
}

/** scaled - (scaled - x), where scaled is the splitter times x. */
function roundingNodes(from: string, to: string): NodeProto[] {
  const node = (opType: string, input: string[], output: string): NodeProto => ({
    ...{ opType, name: output, input, output: [output] },
  });
  return [
    node('Mul', [from, 'half.splitter'], `${to}.scaled`),
    node('Sub', [`${to}.scaled`, from], `${to}.rest`),
    node('Sub', [`${to}.scaled`, `${to}.rest`], to),
  ];
}
