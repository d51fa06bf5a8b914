import { SurgicamError } from '../domain/errors.js';
import { GraphEditor } from './graph-editor.js';
import { axesOf } from './graph-elements.js';
import { PROLOG_TENSORS } from './graph-names.js';
import { readGraph } from './graph-view.js';

/** Input of a backbone graph: float32 [M, 3, height, width], RGB in [0, 1]. All three sizes are free. */
export const BACKBONE_INPUT = 'crops';

export interface BackboneOptions {
  /** Name of the feature map that the graph gives out, under the same name: [M, C, h, w]. */
  readonly featureMap: string;
  /** Of the model, per channel, RGB in [0, 1]. */
  readonly std: readonly [number, number, number];
}

/**
 * The network of a model package up to a feature map, fed with pictures that nothing was subtracted from (LN-FE crops
 * its pictures from a contrast-stretched frame and leaves mean and standard deviation out). Where the first
 * convolution's weights hold the division by 255 std, the input is multiplied by that first.
 * Error: invalid_argument for a graph that is not a model package's, or has no such feature map.
 */
export function deriveBackboneGraph(model: Uint8Array, { featureMap, std }: BackboneOptions): Uint8Array {
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
  let start = crops;
  if (prolog === PROLOG_TENSORS.centred) {
    const scale = editor.floats(
      'crops.scale',
      [1, 3, 1, 1],
      Float32Array.from(std, (value) => value * 255),
    );
    start = editor.prepend('Mul', 'crops.scaled', [crops, scale]);
  }
  editor.replace(prolog, start);
  editor.removeOutputs();
  // Only the number of channels does not follow the size of the crops.
  const [, channels = 'channels'] = axesOf(output);
  editor.output(featureMap, 'float32', ['M', channels, 'mapHeight', 'mapWidth']);
  editor.forgetSizes();
  return editor.finish({ prune: true });
}
