import { firstValueFrom, of } from 'rxjs';
import type { KeyedRecipe } from '../../domain/analysis-recipe.js';
import { SurgicamError } from '../../domain/errors.js';
import type { FrameAnalysis } from '../../domain/frame-analysis.js';
import type { VideoFrame } from '../../domain/video-frame.js';
import type { InferenceEngine } from '../../inference/inference-engine.js';
import type { LoadedModel } from '../../inference/loaded-model.js';

/** One frame through the engine. Error: internal when the model could not be run on it. */
export async function analyzeFrame(
  frame: VideoFrame,
  engine: InferenceEngine,
  model: LoadedModel,
  recipe: KeyedRecipe,
): Promise<FrameAnalysis> {
  const analyses = of(frame).pipe(
    engine.analyze({
      model,
      pacing: 'every_frame',
      gate: engine.createGate(),
      recipes: () => [recipe],
      onDrop: () => undefined,
    }),
  );
  const analyzed = await firstValueFrom(analyses, { defaultValue: undefined });
  const product = analyzed?.products.get(recipe.key);
  if (analyzed !== undefined && product !== undefined) return { facts: analyzed.facts, product };
  throw new SurgicamError('internal', 'the model could not be run on the frame; the log says why');
}
