import { SurgicamError } from '../domain/errors.js';
import { HEAD_GRADIENT } from './graph-names.js';
import { floatsOf, readGraph } from './graph-view.js';

/**
 * [K, C]: the gradient of every logit by every channel of the last feature map, as the weights of the Grad-CAM
 * convolution hold it. Error: failed_precondition for a graph whose head is not global average pooling and linear.
 */
export function headWeightsOf(bytes: Uint8Array): Float32Array {
  const weights = readGraph(bytes).constant(HEAD_GRADIENT);
  if (weights === undefined) {
    throw new SurgicamError(
      'failed_precondition',
      `the graph has no ${HEAD_GRADIENT}; import the model again`,
    );
  }
  return floatsOf(weights);
}
