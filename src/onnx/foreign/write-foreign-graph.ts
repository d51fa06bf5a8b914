import type { FeatureMapShape } from '../../domain/model-description.js';
import { writeExplanation, writeExplanationOfGradients } from '../explanation-graph.js';
import { GraphEditor } from '../graph-editor.js';
import { elementTypeCode } from '../graph-elements.js';
import { GRAPH_INPUTS, GRAPH_OUTPUTS, PROLOG_TENSORS } from '../graph-names.js';
import { readGraph } from '../graph-view.js';
import { writeClassGradients } from '../gradient/write-class-gradients.js';
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
  /** The head's weights [K, C]; if absent, the graph computes the gradients of the logits by the last map. */
  readonly headWeights?: Float32Array;
}

export interface ForeignGraph {
  readonly bytes: Uint8Array;
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
}

/**
 * A model package's graph around a foreign network: bytes of frames in; logits, Grad-CAM, feature maps and SL-FE out.
 * Errors: those of writeClassGradients.
 */
export function writeForeignGraph(network: PreparedNetwork, parts: ForeignGraphParts): ForeignGraph {
  const { featureMaps, classes, headWeights } = parts;
  const target = featureMaps.at(-1)!;
  const bare = writeBareNetwork(network, parts);
  const editor = GraphEditor.open(bare);
  const explained =
    headWeights === undefined
      ? writeExplanationOfGradients(editor, target, headGradients(editor, bare, target, classes), classes)
      : writeExplanation(editor, target, headWeights, classes);
  for (const { name, channels, height, width } of featureMaps) {
    editor.output(name, 'float32', ['N', channels, height, width]);
  }
  return {
    bytes: editor.finish({ prune: true }),
    inputs: [GRAPH_INPUTS.frames, ...explained.inputs],
    outputs: [GRAPH_OUTPUTS.logits, ...explained.outputs, ...featureMaps.map((map) => map.name)],
  };
}

/** The network with the package's input and its logits as the only output. */
function writeBareNetwork(
  network: PreparedNetwork,
  { logits, classes, normalization }: ForeignGraphParts,
): Uint8Array {
  // What stands behind the classes' axis, the package's logits do not have.
  const isFlat = logits.rank === 2;
  const names = isFlat ? new Map([[logits.name, GRAPH_OUTPUTS.logits]]) : new Map<string, string>();
  const graph = renameTensors(network.model.graph!, names);
  const editor = new GraphEditor({ ...network.model, graph });
  editor.removeOutputs();
  if (!isFlat) editor.node('Flatten', GRAPH_OUTPUTS.logits, [logits.name], { axis: 1 });
  editor.output(GRAPH_OUTPUTS.logits, 'float32', ['N', classes]);
  writeProlog(editor, network, normalization);
  return editor.finish({ prune: true });
}

/** The gradients of all logits by a map: [N * K, C, h, w]. */
function headGradients(
  editor: GraphEditor,
  bare: Uint8Array,
  { name, channels, height, width }: FeatureMapShape,
  classes: number,
): string {
  return writeClassGradients(editor, readGraph(bare), {
    activation: name,
    shape: ['N', channels, height, width],
    logits: GRAPH_OUTPUTS.logits,
    classes,
  });
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
