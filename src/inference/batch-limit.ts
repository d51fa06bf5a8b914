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

/**
 * Sizes of the batches that are run once before the first real one. The processor is as ready for any size after one run.
 * CUDA looks for the fastest convolutions at the first run of every size, which takes up to seconds; TensorRT builds
 * an engine that covers the sizes that it has seen, so the least and the greatest come first.
 */
export function warmUpBatches(limit: number, provider: Provider): number[] {
  if (provider === 'cpu') return [1, limit];
  const between = Array.from({ length: Math.max(0, limit - 2) }, (_, i) => i + 2);
  return [1, limit, ...between];
}
