import { firstValueFrom, of } from 'rxjs';
import { resolveRecipe } from '../../domain/analysis-recipe.js';
import { SurgicamError } from '../../domain/errors.js';
import type { VideoFrame } from '../../domain/video-frame.js';
import { decodeImage } from '../../files/image.js';
import type { ModelDescription } from '../../domain/model-description.js';
import type { AnalyzeImageRequest, AnalyzeImageResponse } from '../gen/surgicam/v1/analysis_service.js';
import { toFrameAnalysisMessage } from '../messages/frame-analysis-message.js';
import type { EnginePort } from '../ports.js';
import { toRecipeWish } from '../requests/analysis-wish.js';
import type { ModelDirectory } from './model-directory.js';

/** One picture through one model, by the same workers as video. */
export async function analyzeImage(
  request: AnalyzeImageRequest,
  models: ModelDirectory,
  engine: Pick<EnginePort, 'analyze'>,
): Promise<AnalyzeImageResponse> {
  const { modelName, image, outputs, thresholds } = request;
  const pkg = models.find(modelName);
  const recipe = resolveRecipe(toRecipeWish('', outputs, thresholds, pkg.description), pkg.description);
  if (image.length === 0) throw SurgicamError.invalidField('image', 'empty', 'a JPEG or PNG file');
  const frame = await toFrame(image, pkg.description);
  const model = await models.load(modelName);
  if (model.pkg !== pkg) return analyzeImage(request, models, engine); // it was reloaded: thresholds may be others now
  const lane = engine.analyze({ model, pacing: 'every_frame', recipes: () => [recipe] });
  const { facts, products } = await firstValueFrom(of(frame).pipe(lane));
  return {
    frameAnalysis: toFrameAnalysisMessage(
      { facts, product: products.get(recipe.key)! },
      { nowMonotonicMs: performance.now(), float16: outputs?.regionFeatures?.float16 ?? false },
    ),
  };
}

async function toFrame(
  image: Uint8Array,
  { inputWidth, inputHeight }: ModelDescription,
): Promise<VideoFrame> {
  const capturedAtMs = Date.now();
  const capturedAtMonotonicMs = performance.now();
  const { pixels, sourceWidth, sourceHeight } = await decodeImage(image, inputWidth, inputHeight);
  return {
    feedId: '',
    sequence: 0,
    mediaTimeUs: 0,
    capturedAtMs,
    capturedAtMonotonicMs,
    sourceWidth,
    sourceHeight,
    width: inputWidth,
    height: inputHeight,
    pixels,
    decodeUs: Math.round((performance.now() - capturedAtMonotonicMs) * 1000),
  };
}
