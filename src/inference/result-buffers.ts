import type { AnalysisProduct } from '../domain/frame-analysis.js';
import type { FrameResult } from './worker-messages.js';

type View = Uint8Array | Float32Array;

/**
 * The same result with every array in a buffer of its own, so that it can be transferred: a view of a batch's
 * output would take the whole batch along, and a small Buffer shares node's pool.
 */
export function withOwnBuffers(result: FrameResult): FrameResult {
  return {
    ...result,
    logits: own(result.logits),
    probabilities: own(result.probabilities),
    products: result.products.map(productWithOwnBuffers),
  };
}

/** The buffers of results that have buffers of their own. */
export function buffersOf(results: readonly FrameResult[]): ArrayBuffer[] {
  const views = results.flatMap(({ logits, probabilities, products }) => [
    logits,
    probabilities,
    ...products.flatMap(({ detections, heatmaps, features }) => [
      ...detections.flatMap(({ outline }) => (outline === undefined ? [] : [outline])),
      ...heatmaps.map(({ data }) => data),
      ...features.map(({ values }) => values),
    ]),
  ]);
  // One array may stand in several products, and a buffer must be listed once.
  return [...new Set(views.map((view) => view.buffer as ArrayBuffer))];
}

function productWithOwnBuffers(product: AnalysisProduct): AnalysisProduct {
  return {
    ...product,
    detections: product.detections.map((detection) =>
      detection.outline === undefined ? detection : { ...detection, outline: own(detection.outline) },
    ),
    heatmaps: product.heatmaps.map((heatmap) => ({ ...heatmap, data: own(heatmap.data) })),
    features: product.features.map((feature) => ({ ...feature, values: own(feature.values) })),
  };
}

function own<T extends View>(view: T): T {
  if (view.byteLength === view.buffer.byteLength) return view;
  // Buffer's own slice would be a view again.
  return (view instanceof Float32Array ? new Float32Array(view) : new Uint8Array(view)) as T;
}
