import type { Provider } from './provider-selection.js';

/** Frames that a graphics card runs in little more time than one. */
const ACCELERATOR_BATCH = 8;

/**
 * Most frames in a batch; 0 leaves it to this function. The processor is busy with one frame: a batch of n takes n
 * times as long (measured on a ResNet-50, 1 and 4 frames), so sharing a run would only make everybody wait for all.
 */
export function batchLimit(maxBatch: number, provider: Provider): number {
  if (maxBatch > 0) return maxBatch;
  return provider === 'cpu' ? 1 : ACCELERATOR_BATCH;
}
