import { SurgicamError } from '../../domain/errors.js';
import type { FeatureMapShape } from '../../domain/model-description.js';
import type { FlowTensor } from './data-flow.js';
import type { Shapes } from './measure-shapes.js';

/** As many as a package has. */
const MOST_MAPS = 3;

/** Operators that only hand on or pool a map: the map before them is the one that is meant. */
const BELONGS_TO_HEAD = ['Identity', 'Dropout', 'Cast', 'AveragePool', 'Pad'];

interface Candidate extends FeatureMapShape {
  readonly isCut: boolean;
}

/**
 * Up to three feature maps, finest first: the last map of each of the last three resolutions through which all of the
 * picture goes, so that no inner layer of a residual block is taken. The last one, on which Grad-CAM is computed, is
 * `targetLayer`, a tensor or node, or else the last map of more than one cell. Error: invalid_argument when there is no
 * such map; a target layer that does not exist is answered with those that do.
 */
export function chooseFeatureMaps(
  flow: readonly FlowTensor[],
  shapes: Shapes,
  targetLayer?: string,
): readonly FeatureMapShape[] {
  const candidates = flow.flatMap((tensor) => candidateOf(tensor, shapes));
  const target =
    targetLayer === undefined ? lastMap(candidates) : namedMap(flow, shapes, candidates, targetLayer);
  const maps = [target];
  const before = candidates.slice(
    0,
    candidates.findIndex(({ name }) => name === target.name),
  );
  for (const candidate of before.reverse()) {
    const next = maps[0]!;
    if (maps.length === MOST_MAPS) break;
    if (!candidate.isCut || candidate.height < next.height || candidate.width < next.width) continue;
    if (candidate.height * candidate.width > next.height * next.width) maps.unshift(candidate);
  }
  return maps.map(({ name, channels, height, width }) => ({ name, channels, height, width }));
}

/** A map in [N, C, h, w] with more than one cell, and nothing that only hands on or pools another one. */
function candidateOf({ name, node, isCut, layout }: FlowTensor, shapes: Shapes): Candidate[] {
  const shape = shapes.get(name);
  if (shape?.length !== 4 || shape[0] !== 1 || layout !== 'nchw') return [];
  const [, channels = 0, height = 0, width = 0] = shape;
  if (height * width < 2 || BELONGS_TO_HEAD.includes(node.opType ?? '')) return [];
  return [{ name, channels, height, width, isCut }];
}

function lastMap(candidates: readonly Candidate[]): Candidate {
  const map = candidates.findLast(({ isCut }) => isCut) ?? candidates.at(-1);
  if (map === undefined) {
    throw new SurgicamError(
      'invalid_argument',
      'the network has no feature map [N, C, h, w] of more than one cell between picture and logits, so Grad-CAM has ' +
        'nothing to show; a larger --input-size may help',
    );
  }
  return map;
}

function namedMap(
  flow: readonly FlowTensor[],
  shapes: Shapes,
  candidates: readonly Candidate[],
  targetLayer: string,
): Candidate {
  // A name that the package itself needs was changed; see makeRoomForOurNames.
  const names = [targetLayer, `network.${targetLayer}`];
  const found = flow.findLast(({ name, node }) => names.includes(name) || names.includes(node.name ?? ''));
  const shape = found === undefined ? undefined : shapes.get(found.name);
  if (found === undefined || shape?.length !== 4 || found.layout === 'nhwc') {
    const list = candidates.slice(-20).map(({ name, channels, height, width }) => {
      return `${name} [${channels}, ${height}, ${width}]`;
    });
    throw SurgicamError.invalidField(
      'target layer',
      targetLayer,
      `a float tensor [N, C, h, w] between picture and logits, or the node that makes it; the last ones: ${list.join(', ')}`,
    );
  }
  const [, channels = 0, height = 0, width = 0] = shape;
  return { name: found.name, channels, height, width, isCut: found.isCut };
}
