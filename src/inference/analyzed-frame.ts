import type { PreviewRequest } from '../domain/analysis-recipe.js';
import type { AnalysisProduct, AnalyzedFrame, DropCounts } from '../domain/frame-analysis.js';
import type { VideoFrame } from '../domain/video-frame.js';
import { previewKey, type FramePreviews } from './preview-encoder.js';
import type { TicketOutcome } from './ticket.js';

/** The frame without its pixels, with what was made of it. */
export function analyzedFrame(
  frame: VideoFrame,
  outcome: TicketOutcome,
  framesDropped: DropCounts,
): AnalyzedFrame {
  const { result, model, recipes, previews, dispatchedAtMs } = outcome;
  const facts = {
    feedId: frame.feedId,
    sequence: frame.sequence,
    mediaTimeUs: frame.mediaTimeUs,
    capturedAtMs: frame.capturedAtMs,
    capturedAtMonotonicMs: frame.capturedAtMonotonicMs,
    ...(frame.mediaName === undefined ? {} : { mediaName: frame.mediaName }),
    modelName: model.name,
    modelVersion: model.version,
    classNames: model.classes,
    frameWidth: frame.sourceWidth,
    frameHeight: frame.sourceHeight,
    inputWidth: frame.width,
    inputHeight: frame.height,
    logits: result.logits,
    probabilities: result.probabilities,
    timing: {
      decodeUs: frame.decodeUs,
      queueUs: Math.max(0, Math.round((dispatchedAtMs - frame.capturedAtMonotonicMs) * 1000)),
      inferenceUs: outcome.inferenceUs,
      explanationUs: result.explanationUs,
    },
    batchSize: outcome.batchSize,
    analyzedAtMonotonicMs: outcome.analyzedAtMs,
    framesDropped,
  };
  const products = recipes.map(
    ({ key, recipe }, i) => [key, withPreview(result.products[i]!, recipe.preview, previews)] as const,
  );
  return { facts, products: new Map(products) };
}

function withPreview(
  product: AnalysisProduct,
  wish: PreviewRequest | undefined,
  previews: FramePreviews | undefined,
): AnalysisProduct {
  const preview = wish === undefined ? undefined : previews?.get(previewKey(wish));
  return preview === undefined ? product : { ...product, preview };
}
