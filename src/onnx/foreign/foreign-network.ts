import { SurgicamError } from '../../domain/errors.js';
import { axesOf, type Axis } from '../graph-elements.js';
import { GraphView } from '../graph-view.js';
import {
  ModelProto,
  TensorProto,
  type GraphProto,
  type ModelMessage,
  type ValueInfo,
} from '../onnx-proto.js';
import { withExternalData, type ReadBeside } from './external-data.js';

/** Operator sets that the network may be written in. */
const OLDEST_OPSET = 11;
const NEWEST_OPSET = 22;

/** The operators' domains that onnxruntime itself knows. */
const KNOWN_DOMAINS = ['', 'ai.onnx', 'ai.onnx.ml', 'com.microsoft'];

/** How a network takes pictures. */
export interface PictureInput {
  readonly name: string;
  /** `nchw`: [N, 3, H, W]; `nhwc`: [N, H, W, 3]. */
  readonly layout: 'nchw' | 'nhwc';
  /** Whether the file says how many pictures go in at a time (then it is one). */
  readonly batchIsFixed: boolean;
  /** Absent where the file leaves them open. */
  readonly height?: number;
  readonly width?: number;
}

/** Somebody's classifier, decoded and looked over, nothing of it changed. */
export interface ForeignNetwork {
  readonly model: ModelMessage;
  readonly opset: number;
  readonly input: PictureInput;
  /** For people: who made the file and what the graph is called. */
  readonly title: string;
}

/**
 * Opens an ONNX file. Errors: invalid_argument when the bytes are no ONNX file, when its operator set, inputs or picture
 * format are none that can be imported; those of withExternalData.
 */
export async function openForeignNetwork(bytes: Uint8Array, readBeside: ReadBeside): Promise<ForeignNetwork> {
  const model = await withExternalData(decode(bytes), readBeside);
  const graph = model.graph!;
  const opset = opsetOf(model);
  if (opset < OLDEST_OPSET || opset > NEWEST_OPSET) {
    throw SurgicamError.invalidField(
      'operator set of the ONNX file',
      opset,
      `${OLDEST_OPSET} to ${NEWEST_OPSET}; export the network again with such an opset_version`,
    );
  }
  refuseForeignParts(model, graph);
  return { model, opset, input: pictureInput(graph), title: titleOf(model, graph) };
}

/** The graph of a network to be read. */
export function viewOf({ graph }: ModelMessage, opset: number): GraphView {
  return new GraphView(graph!, opset);
}

function decode(bytes: Uint8Array): ModelMessage {
  let model: ModelMessage;
  try {
    // A Buffer is decoded without copying the constants.
    model = ModelProto.decode(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength));
  } catch (error) {
    const { message } = SurgicamError.from(error);
    throw new SurgicamError(
      'invalid_argument',
      `the file is not an ONNX file, or it is cut short: ${message}`,
      {
        cause: error,
      },
    );
  }
  if ((model.graph?.node ?? []).length === 0 || (model.opsetImport ?? []).length === 0) {
    throw new SurgicamError('invalid_argument', 'the file is not an ONNX file: there is no network in it');
  }
  return model;
}

function opsetOf({ opsetImport }: ModelMessage): number {
  const entry = (opsetImport ?? []).find(({ domain }) => !domain || domain === 'ai.onnx');
  return Number(entry?.version ?? 0);
}

function refuseForeignParts({ functions }: ModelMessage, graph: GraphProto): void {
  if ((graph.sparseInitializer ?? []).length > 0)
    throw new SurgicamError(
      'unimplemented',
      'the ONNX file has sparse weights; export the network with dense ones',
    );
  if ((functions ?? []).length > 0) {
    throw new SurgicamError(
      'unimplemented',
      'the ONNX file defines functions of its own; write them out with onnx.inliner.inline_local_functions',
    );
  }
  for (const { opType, domain, name, attribute } of graph.node ?? []) {
    if (!KNOWN_DOMAINS.includes(domain ?? '')) {
      throw new SurgicamError(
        'unimplemented',
        `operator ${domain ?? ''}.${opType ?? ''} of node '${name ?? ''}' is none of ONNX's own; export the network without it`,
      );
    }
    if (
      (attribute ?? []).some(({ g, graphs }) => (g ?? undefined) !== undefined || (graphs ?? []).length > 0)
    ) {
      throw new SurgicamError(
        'unimplemented',
        `node '${name ?? ''}' is a branch or loop (${opType ?? ''}); export the network with a fixed picture size, or ` +
          'simplify the file with onnxsim',
      );
    }
  }
}

function pictureInput(graph: GraphProto): PictureInput {
  const constants = new Set((graph.initializer ?? []).map(({ name }) => name));
  const inputs = (graph.input ?? []).filter(({ name }) => !constants.has(name));
  const [input, ...others] = inputs;
  if (input === undefined || others.length > 0) {
    throw SurgicamError.invalidField(
      'inputs of the ONNX file',
      inputs.map(({ name }) => name),
      'exactly one, the picture',
    );
  }
  const name = input.name ?? '';
  const axes = axesOf(input);
  const isFloat = input.type?.tensorType?.elemType === (TensorProto.DataType.FLOAT as number);
  if (!isFloat || axes.length !== 4) throw notAPicture(input, axes);
  const layout = layoutOf(axes);
  const batch = axes[0]!;
  if (layout === undefined) throw notAPicture(input, axes);
  if (typeof batch === 'number' && batch !== 1) {
    throw SurgicamError.invalidField(
      `batch of input '${name}'`,
      batch,
      '1 or free; export the network with dynamic_axes for the batch',
    );
  }
  const [height, width] = layout === 'nchw' ? [axes[2], axes[3]] : [axes[1], axes[2]];
  return {
    name,
    layout,
    batchIsFixed: typeof batch === 'number',
    ...(typeof height === 'number' ? { height } : {}),
    ...(typeof width === 'number' ? { width } : {}),
  };
}

/** A network with every size open is taken for [N, 3, H, W], which is what PyTorch exports. */
function layoutOf(axes: readonly Axis[]): PictureInput['layout'] | undefined {
  if (axes[1] === 3) return 'nchw';
  if (axes[3] === 3) return 'nhwc';
  return typeof axes[1] === 'string' && typeof axes[3] === 'string' ? 'nchw' : undefined;
}

function notAPicture({ name, type }: ValueInfo, axes: readonly Axis[]): SurgicamError {
  const code = type?.tensorType?.elemType ?? 0;
  const element: string = TensorProto.DataType[code] ?? 'no tensor';
  return SurgicamError.invalidField(
    `input '${name ?? ''}' of the ONNX file`,
    `${element} [${axes.join(', ')}]`,
    'FLOAT [N, 3, height, width] or [N, height, width, 3]',
  );
}

function titleOf({ producerName, producerVersion }: ModelMessage, { name }: GraphProto): string {
  const producer = [producerName, producerVersion].filter(Boolean).join(' ');
  const title = [name, producer === '' ? '' : `(ONNX by ${producer})`].filter(Boolean).join(' ');
  // What stands in the file may end up on a terminal and in the manifest.
  return title.replace(/[^ -~]/g, '?').slice(0, 200) || 'ONNX';
}
