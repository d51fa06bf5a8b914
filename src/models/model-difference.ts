import { isDeepStrictEqual } from 'node:util';
import type { ModelDescription } from '../domain/model-description.js';

/** What of a model must stay as it is for video that is being analysed with it, in words. */
const FIXED: readonly (readonly [string, (model: ModelDescription) => unknown])[] = [
  ['input size', ({ inputWidth, inputHeight }) => [inputWidth, inputHeight]],
  ['classes', ({ classes }) => classes],
  ['tissue class', ({ tissueClass }) => tissueClass],
  ['probability function', ({ probabilityFunction }) => probabilityFunction],
  ['head', ({ head }) => head],
  ['feature maps', ({ featureMaps }) => featureMaps],
];

/**
 * What keeps a running feed from going on with another version of its model, for example `['input size', 'classes']`;
 * empty where nothing does. Weights, normalisation, default thresholds and version may change.
 */
export function modelDifference(a: ModelDescription, b: ModelDescription): readonly string[] {
  return FIXED.filter(([, of]) => !isDeepStrictEqual(of(a), of(b))).map(([name]) => name);
}
