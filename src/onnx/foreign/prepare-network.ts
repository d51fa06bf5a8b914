import { valueInfo, type Axis } from '../graph-elements.js';
import type { GraphProto, ModelMessage } from '../onnx-proto.js';
import type { ForeignNetwork, PictureInput } from './foreign-network.js';
import { makeRoomForOurNames } from './rename-tensors.js';

/** Size of the pictures that the network will be given, pixels. */
export interface PictureSize {
  readonly height: number;
  readonly width: number;
}

/** The least version of the format in which weights need not be declared as inputs too. */
const LEAST_IR_VERSION = 7;

/** A network that is ready to be added to: one picture input with a free batch, a fixed size and a name of its own. */
export interface PreparedNetwork {
  readonly model: ModelMessage;
  readonly opset: number;
  readonly input: PictureInput;
  readonly size: PictureSize;
}

/**
 * Fixes the size of the pictures, frees the batch, drops noted sizes of tensors (they were noted for others) and makes
 * room for the package's own names.
 */
export function prepareNetwork({ model, opset, input }: ForeignNetwork, size: PictureSize): PreparedNetwork {
  const graph = makeRoomForOurNames(model.graph!);
  const index = (model.graph!.input ?? []).findIndex(({ name }) => name === input.name);
  const name = graph.input![index]!.name!;
  const prepared: GraphProto = {
    ...graph,
    node: (graph.node ?? []).map((node) => (node.domain === 'ai.onnx' ? { ...node, domain: '' } : node)),
    input: [valueInfo(name, 'float32', pictureAxes(input.layout, 'N', size))],
    // Without types: the runtime finds them by itself, and sizes noted for a fixed batch would be wrong.
    output: (graph.output ?? []).map((output) => ({ name: output.name ?? '' })),
    valueInfo: [],
  };
  return {
    model: {
      ...model,
      irVersion: Math.max(Number(model.irVersion ?? 0), LEAST_IR_VERSION),
      opsetImport: (model.opsetImport ?? []).map(({ domain, version }) => ({
        domain: domain === 'ai.onnx' ? '' : (domain ?? ''),
        version: version ?? 0,
      })),
      graph: prepared,
    },
    opset,
    input: { ...input, name },
    size,
  };
}

export function pictureAxes<B extends Axis>(
  layout: PictureInput['layout'],
  batch: B,
  { height, width }: PictureSize,
): (B | number)[] {
  return layout === 'nchw' ? [batch, 3, height, width] : [batch, height, width, 3];
}
