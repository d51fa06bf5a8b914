import { SurgicamError } from '../domain/errors.js';
import { GraphEditor } from './graph-editor.js';
import { axesOf } from './graph-elements.js';
import { PROLOG_TENSORS } from './graph-names.js';
import { attributesOf, readGraph, type GraphView } from './graph-view.js';

/** Input of a backbone graph: float32 [M, 3, height, width], RGB in [0, 1]. All three sizes are free. */
export const BACKBONE_INPUT = 'crops';

export interface BackboneOptions {
  /** Name of the feature map that the graph gives out, under the same name: [M, C, h, w]. */
  readonly featureMap: string;
  /** Of the model, per channel, RGB in [0, 1]. */
  readonly mean: readonly [number, number, number];
  readonly std: readonly [number, number, number];
}

/**
 * The network of a model package up to a feature map, fed with pictures that nothing was subtracted from (LN-FE crops
 * its pictures from a contrast-stretched frame and leaves mean and standard deviation out). Where the first
 * convolution's weights hold the division by 255 std, the input is multiplied by that first; where it takes cells of the
 * frame's bytes, crops become such bytes: 255 (mean + std crop), rounded.
 * Error: invalid_argument for a graph that is not a model package's, or has no such feature map.
 */
export function deriveBackboneGraph(
  model: Uint8Array,
  { featureMap, mean, std }: BackboneOptions,
): Uint8Array {
  const view = readGraph(model);
  const prolog = Object.values(PROLOG_TENSORS).find((name) => view.consumers(name).length > 0);
  if (prolog === undefined) {
    throw new SurgicamError(
      'invalid_argument',
      `the graph has no tensor ${Object.values(PROLOG_TENSORS).join(' or ')} to feed crops into; import the model again`,
    );
  }
  const editor = GraphEditor.open(model);
  const output = editor.findOutput(featureMap);
  if (output === undefined) {
    const outputs = (view.graph.output ?? []).map(({ name }) => name).join(', ');
    throw SurgicamError.invalidField('feature map', featureMap, outputs);
  }
  const crops = editor.input(BACKBONE_INPUT, 'float32', ['M', 3, 'height', 'width']);
  if (prolog === PROLOG_TENSORS.normalized) editor.replace(prolog, crops);
  else {
    const scaled = `${crops}.scaled`;
    if (prolog === PROLOG_TENSORS.cells) editor.replace(prolog, writeCropCells(editor, view, scaled, mean));
    else editor.replace(prolog, scaled);
    const factors = Float32Array.from(std, (value) => value * 255);
    editor.prepend('Mul', scaled, [crops, editor.floats('crops.scale', [1, 3, 1, 1], factors)]);
  }
  editor.removeOutputs();
  // Only the number of channels does not follow the size of the crops.
  const [, channels = 'channels'] = axesOf(output);
  editor.output(featureMap, 'float32', ['M', channels, 'mapHeight', 'mapWidth']);
  editor.forgetSizes();
  return editor.finish({ prune: true });
}

/**
 * Crops, scaled to the size of bytes but with nothing added, to cells of bytes as the first convolution of an 8-bit graph
 * takes them. Written from the last node back.
 */
function writeCropCells(
  editor: GraphEditor,
  view: GraphView,
  scaled: string,
  mean: BackboneOptions['mean'],
): string {
  const [convolution] = view
    .consumers(PROLOG_TENSORS.cells)
    .flatMap(({ output }) => view.consumers(output![0]!));
  const [side] = attributesOf(convolution!).get('kernel_shape') as readonly number[];
  const [before, behind] = [Math.ceil((side! - 1) / 2), Math.floor((side! - 1) / 2)];
  const offset = Float32Array.from({ length: 12 }, (_, channel) => mean[channel % 3]! * 255);
  const cells = editor.prepend('QuantizeLinear', 'crops.cells', [
    'crops.offset',
    editor.scalar('crops.step', 1),
  ]);
  const offsets = editor.floats('crops.mean', [1, 12, 1, 1], offset);
  editor.prepend('Add', 'crops.offset', ['crops.grouped', offsets]);
  editor.prepend('SpaceToDepth', 'crops.grouped', ['crops.bordered'], { blocksize: 2 });
  const pixels = [0, 0, 2 * before, 2 * before, 0, 0, 2 * behind, 2 * behind];
  editor.prepend('Pad', 'crops.bordered', [scaled, editor.integers('crops.border', pixels)]);
  return cells;
}
