import type { AnalysisProduct } from '../domain/frame-analysis.js';
import type { FrameResult } from './worker-messages.js';

type View = Uint8Array | Float32Array;

/** From this size on an array that has a buffer of its own is handed over as it is: copying would cost more. */
const LARGE_BYTES = 32 * 1024;

/** Float32Array wants its beginning at a multiple of four. */
const ALIGNMENT = 4;

/**
 * The same result with all small arrays behind each other in one new buffer, so that it can be transferred: handing over
 * a buffer costs more than copying a few kilobytes, and a view of a batch's output would take the whole batch
 * along. What stands in several products is stored once.
 */
export function inFewBuffers(result: FrameResult): FrameResult {
  const small = new Map<View, number>();
  let bytes = 0;
  for (const view of viewsOf(result)) {
    if (isOwnAndLarge(view) || small.has(view)) continue;
    small.set(view, bytes);
    bytes += Math.ceil(view.byteLength / ALIGNMENT) * ALIGNMENT;
  }
  const buffer = new ArrayBuffer(bytes);
  const copies = new Map<View, View>();
  for (const [view, offset] of small) {
    const Kind = view instanceof Float32Array ? Float32Array : Uint8Array;
    const copy = new Kind(buffer, offset, view.length);
    copy.set(view);
    copies.set(view, copy);
  }
  const placed = <T extends View>(view: T): T => (copies.get(view) ?? view) as T;
  return {
    ...result,
    logits: placed(result.logits),
    probabilities: placed(result.probabilities),
    products: result.products.map((product) => withPlacedArrays(product, placed)),
  };
}

/** The buffers of results, each once: several arrays may share one, and one array may stand in several products. */
export function buffersOf(results: readonly FrameResult[]): ArrayBuffer[] {
  const buffers = new Set<ArrayBuffer>();
  for (const result of results) for (const view of viewsOf(result)) buffers.add(view.buffer as ArrayBuffer);
  return [...buffers];
}

function* viewsOf({ logits, probabilities, products }: FrameResult): Generator<View> {
  yield logits;
  yield probabilities;
  for (const { detections, heatmaps, features } of products) {
    for (const { outline } of detections) if (outline !== undefined) yield outline;
    for (const { data } of heatmaps) yield data;
    for (const { values } of features) yield values;
  }
}

function withPlacedArrays(product: AnalysisProduct, placed: <T extends View>(view: T) => T): AnalysisProduct {
  return {
    ...product,
    detections: product.detections.map((detection) =>
      detection.outline === undefined ? detection : { ...detection, outline: placed(detection.outline) },
    ),
    heatmaps: product.heatmaps.map((heatmap) => ({ ...heatmap, data: placed(heatmap.data) })),
    features: product.features.map((feature) => ({ ...feature, values: placed(feature.values) })),
  };
}

function isOwnAndLarge(view: View): boolean {
  return view.byteLength >= LARGE_BYTES && view.byteLength === view.buffer.byteLength;
}
