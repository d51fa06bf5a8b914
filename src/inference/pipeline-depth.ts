import type { Provider } from './provider-selection.js';

/** One runs, one is on its way: more would only grow old at the worker, since it runs one after the other. */
const ACCELERATOR_DEPTH = 2;

/**
 * Most batches that a worker has at a time; 0 leaves it to this function. On the processor, one: while it takes the
 * next batch its cores are not idle, another worker has them. A graphics card idles.
 */
export function pipelineDepth(depth: number, provider: Provider): number {
  if (depth > 0) return depth;
  return provider === 'cpu' ? 1 : ACCELERATOR_DEPTH;
}
