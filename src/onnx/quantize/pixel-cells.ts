import { attributeMessage, axesOf, elementTypeCode, type Attributes } from '../graph-elements.js';
import { GRAPH_INPUTS, PROLOG_TENSORS } from '../graph-names.js';
import { attributesOf, floatsOf, GraphView } from '../graph-view.js';
import { ModelProto, TensorProto, type NodeProto, type TensorMessage } from '../onnx-proto.js';
import { neededPart } from '../prune-graph.js';

/** A first convolution that halves the frame, and what is done to the frame's bytes before it. */
interface Stem {
  readonly convolution: NodeProto;
  readonly height: number;
  readonly width: number;
  readonly kernel: number;
  readonly outChannels: number;
  /** [out, 3, kernel, kernel], on RGB in [0, 255] minus the mean. */
  readonly weights: Float32Array;
  readonly bias: Float32Array;
  /** RGB in [0, 255]. */
  readonly mean: Float32Array;
}

/**
 * The same network with its first convolution on the bytes of the frame themselves, which are 8-bit codes already: no
 * conversion to float, no subtraction, no rounding. Every 2 x 2 pixels become one cell of 12 channels, and the
 * convolution of stride 2 one of stride 1 on cells: the same sums, but rows of 12 bytes where the integer convolution
 * would gather 3. Zero padding of the normalised frame is a border of the mean colour, rounded to whole bytes, and the
 * mean is subtracted with the bias. A network that does not begin so (odd size, another stride, a split at the first
 * tensor) is returned as it is.
 */
export function writePixelCells(bytes: Uint8Array): Uint8Array {
  const model = ModelProto.decode(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength));
  const view = new GraphView(model.graph ?? {}, 0);
  const stem = findStem(view);
  if (stem === undefined) return bytes;
  const { graph } = view;
  const { nodes, initializers, output } = frameCells(stem);
  const convolution = cellConvolution(stem, output);
  const node = [
    ...nodes,
    ...(graph.node ?? []).map((other) => (other === stem.convolution ? convolution.node : other)),
  ];
  const initializer = [...(graph.initializer ?? []), ...initializers, ...convolution.initializers];
  return ModelProto.encode(
    Object.assign(model, { graph: neededPart({ ...graph, node, initializer }) }),
  ).finish();
}

function findStem(view: GraphView): Stem | undefined {
  const { centred, normalized } = PROLOG_TENSORS;
  const start = [centred, normalized].find((name) => view.consumers(name).length === 1);
  const frames = (view.graph.input ?? []).find(({ name }) => name === GRAPH_INPUTS.frames);
  if (start === undefined || frames === undefined) return undefined;
  const [convolution] = view.consumers(start);
  const [, height, width] = axesOf(frames);
  const constant = (name: string | undefined): Float32Array | undefined => {
    const tensor = name === undefined ? undefined : view.constant(name);
    return tensor?.dataType === TensorProto.DataType.FLOAT ? floatsOf(tensor) : undefined;
  };
  const producer = view.producer(start);
  const scale = start === normalized ? constant(producer?.input?.[1]) : Float32Array.of(1, 1, 1);
  const subtraction = start === normalized ? view.producer(producer?.input?.[0] ?? '') : producer;
  const mean = subtraction?.opType === 'Sub' ? constant(subtraction.input?.[1]) : undefined;
  if (convolution?.opType !== 'Conv' || mean?.length !== 3 || scale?.length !== 3) return undefined;
  if (typeof height !== 'number' || typeof width !== 'number' || (height % 2) + (width % 2) > 0)
    return undefined;
  const [, weightsName, biasName] = convolution.input ?? [];
  const weights = constant(weightsName);
  const kernel = halvingKernel(convolution);
  if (weights === undefined || kernel === undefined) return undefined;
  const outChannels = weights.length / (3 * kernel * kernel);
  const bias = biasName ? constant(biasName) : new Float32Array(outChannels);
  if (bias === undefined) return undefined;
  const area = kernel * kernel;
  const scaled = weights.map((value, i) => value * scale[Math.floor(i / area) % 3]!);
  return { convolution, height, width, kernel, outChannels, weights: scaled, bias, mean };
}

/** The side of an odd square kernel of stride 2 that is padded all around by half of it. */
function halvingKernel(convolution: NodeProto): number | undefined {
  const attributes = attributesOf(convolution);
  const numbers = (name: string): number[] =>
    [attributes.get(name) ?? []].flat().filter((value) => typeof value === 'number');
  const list = (name: string): string => numbers(name).join();
  const [kernel = 0] = numbers('kernel_shape');
  const padding = (kernel - 1) / 2;
  const fits =
    kernel % 2 === 1 &&
    kernel >= 3 &&
    list('kernel_shape') === `${kernel},${kernel}` &&
    list('strides') === '2,2' &&
    list('pads') === [padding, padding, padding, padding].join() &&
    ['', '1,1'].includes(list('dilations')) &&
    ['', '1'].includes(list('group')) &&
    attributes.get('auto_pad') === undefined;
  return fits ? kernel : undefined;
}

/** Cells of border before and behind the frame, of the convolution's padding. */
function borderOf({ kernel }: Stem): { readonly before: number; readonly behind: number } {
  const padding = (kernel - 1) / 2;
  return { before: Math.ceil(padding / 2), behind: Math.floor(padding / 2) };
}

/** From the frame's bytes [N, H, W, 3] to its cells [N, 12, h, w] as floats. */
function frameCells(stem: Stem): { nodes: NodeProto[]; initializers: TensorMessage[]; output: string } {
  const { height, width, mean } = stem;
  const { before, behind } = borderOf(stem);
  const [cellRows, cellColumns] = [height, width].map((size) => size / 2 + before + behind) as [
    number,
    number,
  ];
  const part = new GraphPart();
  const { FLOAT } = TensorProto.DataType;
  const colour = Uint8Array.from(mean, (value) => Math.round(value));
  const shape = part.node('Shape', 'frames.shape', [GRAPH_INPUTS.frames]);
  const batch = part.node('Slice', 'frames.batch', [
    shape,
    part.integers('frames.first', [0]),
    part.integers('frames.second', [1]),
  ]);
  const perFrame = part.node(
    'Concat',
    'frames.border.shape',
    [batch, part.integers('frames.border.ones', [1, 1])],
    { axis: 0 },
  );
  const strip = (name: string, rows: number, columns: number): string[] => {
    if (rows * columns === 0) return [];
    const pixels = Uint8Array.from({ length: rows * columns * 3 }, (_, i) => colour[i % 3]!);
    return [
      part.node('Expand', name, [part.bytes(`${name}.colour`, [1, rows, columns * 3], pixels), perFrame]),
    ];
  };
  const rows = part.node('Reshape', 'frames.rows', [
    GRAPH_INPUTS.frames,
    part.integers('frames.rows.shape', [0, height, width * 3]),
  ]);
  const wide = part.node(
    'Concat',
    'frames.wide',
    [...strip('frames.left', height, 2 * before), rows, ...strip('frames.right', height, 2 * behind)],
    { axis: 2 },
  );
  const bordered = part.node(
    'Concat',
    'frames.bordered',
    [
      ...strip('frames.top', 2 * before, 2 * cellColumns),
      wide,
      ...strip('frames.bottom', 2 * behind, 2 * cellColumns),
    ],
    { axis: 1 },
  );
  const pairs = part.node('Reshape', 'frames.pairs', [
    bordered,
    part.integers('frames.pairs.shape', [0, cellRows, 2, cellColumns, 6]),
  ]);
  const gathered = part.node('Transpose', 'frames.gathered', [pairs], { perm: [0, 1, 3, 2, 4] });
  const flat = part.node('Reshape', 'frames.flat', [
    gathered,
    part.integers('frames.flat.shape', [0, cellRows, cellColumns, 12]),
  ]);
  const cells = part.node('Transpose', PROLOG_TENSORS.cells, [flat], { perm: [0, 3, 1, 2] });
  const output = part.node('Cast', `${PROLOG_TENSORS.cells}.float`, [cells], { to: FLOAT });
  return { nodes: part.nodes, initializers: part.initializers, output };
}

/** The convolution on cells, [out, 12, k', k'] without padding; the mean is in its bias. */
function cellConvolution(stem: Stem, input: string): { node: NodeProto; initializers: TensorMessage[] } {
  const { convolution, kernel, outChannels, weights, bias, mean } = stem;
  const { before, behind } = borderOf(stem);
  const side = before + behind + 1;
  // Where the kernel's first row and column lie within the first cell that it touches.
  const first = 2 * before - (kernel - 1) / 2;
  const cells = new Float32Array(outChannels * 12 * side * side);
  const shifted = new Float32Array(outChannels);
  for (let out = 0; out < outChannels; out++) {
    let offset = 0;
    for (let colour = 0; colour < 3; colour++) {
      for (let y = 0; y < kernel; y++) {
        for (let x = 0; x < kernel; x++) {
          const value = weights[((out * 3 + colour) * kernel + y) * kernel + x]!;
          const [row, column] = [y + first, x + first];
          const channel = ((row % 2) * 2 + (column % 2)) * 3 + colour;
          cells[((out * 12 + channel) * side + (row >> 1)) * side + (column >> 1)] = value;
          offset += value * mean[colour]!;
        }
      }
    }
    shifted[out] = bias[out]! - offset;
  }
  const part = new GraphPart();
  const name = convolution.output![0]!;
  const weightsName = part.floats(`${name}.cells.weight`, [outChannels, 12, side, side], cells);
  const biasName = part.floats(`${name}.cells.bias`, [outChannels], shifted);
  const attributes: Attributes = {
    kernel_shape: [side, side],
    strides: [1, 1],
    pads: [0, 0, 0, 0],
    group: 1,
  };
  const attribute = Object.entries(attributes).map(([key, value]) => attributeMessage(key, value));
  return {
    node: { ...convolution, input: [input, weightsName, biasName], attribute },
    initializers: part.initializers,
  };
}

/** Nodes and constants to be put before a graph's own. */
class GraphPart {
  readonly nodes: NodeProto[] = [];
  readonly initializers: TensorMessage[] = [];

  node(opType: string, name: string, input: readonly string[], attributes: Attributes = {}): string {
    const attribute = Object.entries(attributes).map(([key, value]) => attributeMessage(key, value));
    this.nodes.push({ opType, name, input: [...input], output: [name], attribute });
    return name;
  }

  integers(name: string, values: readonly number[]): string {
    return this.#constant(
      name,
      [values.length],
      TensorProto.DataType.INT64,
      BigInt64Array.from(values, BigInt),
    );
  }

  bytes(name: string, dims: readonly number[], values: Uint8Array): string {
    return this.#constant(name, dims, elementTypeCode('uint8'), values);
  }

  floats(name: string, dims: readonly number[], values: Float32Array): string {
    return this.#constant(name, dims, elementTypeCode('float32'), values);
  }

  #constant(name: string, dims: readonly number[], dataType: number, values: ArrayBufferView): string {
    const rawData = new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
    this.initializers.push({ name, dims: [...dims], dataType, rawData });
    return name;
  }
}
