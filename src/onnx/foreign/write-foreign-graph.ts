import type { FeatureMapShape, HeadKind } from '../../domain/model-description.js';
import { writeExplanation, type ExplanationNames } from '../explanation-graph.js';
import { GraphEditor } from '../graph-editor.js';
import { elementTypeCode } from '../graph-elements.js';
import { GRAPH_INPUTS, GRAPH_OUTPUTS, PROLOG_TENSORS } from '../graph-names.js';
import type { GraphInput } from '../resnet-graph.js';
import type { PreparedNetwork } from './prepare-network.js';
import { renameTensors } from './rename-tensors.js';

/** Where the network has its logits: [N, K], or with axes of length 1 behind those. */
export interface LogitsTensor {
  readonly name: string;
  readonly rank: number;
}

/** What the network's graph is completed with. */
export interface ForeignGraphParts {
  readonly logits: LogitsTensor;
  readonly featureMaps: readonly FeatureMapShape[];
  readonly classes: number;
  readonly normalization: Pick<GraphInput, 'mean' | 'std'>;
  /** The head's weights [K, C], or how the gradients of the logits by the last map, [N, K, C, h, w], are written. */
  readonly head:
    | { readonly kind: Extract<HeadKind, 'gap_linear'>; readonly weights: Float32Array }
    | {
        readonly kind: Extract<HeadKind, 'general'>;
        readonly write: (editor: GraphEditor) => ExplanationNames;
      };
}

export interface ForeignGraph {
  readonly bytes: Uint8Array;
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
}

/** A model package's graph around a foreign network: bytes of frames in; logits, Grad-CAM, feature maps and SL-FE out. */
export function writeForeignGraph(network: PreparedNetwork, parts: ForeignGraphParts): ForeignGraph {
  const { featureMaps, classes, head } = parts;
  const { name: logits, rank } = parts.logits;
  const names = rank === 2 ? new Map([[logits, GRAPH_OUTPUTS.logits]]) : new Map<string, string>();
  const graph = renameTensors(network.model.graph!, names);
  const editor = new GraphEditor({ ...network.model, graph });
  editor.removeOutputs();
  if (rank > 2) editor.node('Flatten', GRAPH_OUTPUTS.logits, [logits], { axis: 1 });
  writeProlog(editor, network, parts.normalization);
  editor.output(GRAPH_OUTPUTS.logits, 'float32', ['N', classes]);
  const explained =
    head.kind === 'gap_linear'
      ? writeExplanation(editor, featureMaps.at(-1)!, head.weights, classes)
      : head.write(editor);
  for (const { name, channels, height, width } of featureMaps) {
    editor.output(name, 'float32', ['N', channels, height, width]);
  }
  return {
    bytes: editor.finish({ prune: true }),
    inputs: [GRAPH_INPUTS.frames, ...explained.inputs],
    outputs: [GRAPH_OUTPUTS.logits, ...explained.outputs, ...featureMaps.map((map) => map.name)],
  };
}

/** uint8 NHWC -> (x / 255 - mean) / std, NCHW, in place of the network's own input. Written from the last node back. */
function writeProlog(
  editor: GraphEditor,
  { input, size }: PreparedNetwork,
  { mean, std }: ForeignGraphParts['normalization'],
): void {
  const { normalized } = PROLOG_TENSORS;
  const perChannel = [1, 3, 1, 1];
  const offset = editor.floats(
    'frames.mean',
    perChannel,
    Float32Array.from(mean, (value) => value * 255),
  );
  const scale = editor.floats(
    'frames.scale',
    perChannel,
    Float32Array.from(std, (value) => 1 / (255 * value)),
  );
  let start: string = normalized;
  if (input.layout === 'nhwc') {
    start = editor.prepend('Transpose', 'frames.network', [normalized], { perm: [0, 2, 3, 1] });
  }
  editor.replace(input.name, start);
  editor.prepend('Mul', normalized, ['frames.offset', scale]);
  editor.prepend('Sub', 'frames.offset', ['frames.float', offset]);
  editor.prepend('Cast', 'frames.float', ['frames.planes'], { to: elementTypeCode('float32') });
  editor.prepend('Transpose', 'frames.planes', [GRAPH_INPUTS.frames], { perm: [0, 3, 1, 2] });
  editor.input(GRAPH_INPUTS.frames, 'uint8', ['N', size.height, size.width, 3]);
}
