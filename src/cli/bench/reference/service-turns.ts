import { lastValueFrom, from, tap } from 'rxjs';
import {
  resolveRecipe,
  type FeatureRequest,
  type KeyedRecipe,
  type RecipeWish,
} from '../../../domain/analysis-recipe.js';
import { SurgicamError } from '../../../domain/errors.js';
import type { FrameAnalysis } from '../../../domain/frame-analysis.js';
import type { FrameGate } from '../../../domain/frame-gate.js';
import type { ModelDescription } from '../../../domain/model-description.js';
import type { VideoFrame } from '../../../domain/video-frame.js';
import { loadImage, type ImagePixels } from '../../../files/image.js';
import type { InferenceEngine } from '../../../inference/inference-engine.js';
import type { LoadedModel } from '../../../inference/loaded-model.js';
import { whenOpen } from '../../analyze/when-open.js';
import { timedTurn, type TurnTime } from './comparison.js';

/** The service's engine on pictures that are decoded already, with the outputs that the reference computes. */
export class ServiceTurns {
  private constructor(
    private readonly engine: InferenceEngine,
    private readonly model: LoadedModel,
    private readonly pictures: readonly ImagePixels[],
    private readonly features: FeatureRequest,
  ) {}

  static async prepare(
    engine: InferenceEngine,
    model: LoadedModel,
    files: readonly string[],
    features: FeatureRequest,
  ): Promise<ServiceTurns> {
    const { inputWidth, inputHeight } = model.description;
    const pictures: ImagePixels[] = [];
    for (const file of files) pictures.push(await loadImage(file, inputWidth, inputHeight));
    return new ServiceTurns(engine, model, pictures, features);
  }

  /** All pictures, `repeats` times over, first frame in to last analysis out. */
  measure(classIds: readonly number[], repeats: number): Promise<TurnTime> {
    const count = this.pictures.length * repeats;
    return timedTurn(count, async () => {
      const analyses = await this.analyze(classIds, count, () => undefined);
      if (analyses !== count)
        throw new SurgicamError('internal', `${count - analyses} of ${count} frames failed`);
    });
  }

  /** The analyses of the first `count` pictures. */
  async analyses(classIds: readonly number[], count: number): Promise<FrameAnalysis[]> {
    const found: FrameAnalysis[] = [];
    await this.analyze(classIds, count, (analysis) => found.push(analysis));
    return found;
  }

  private async analyze(
    classIds: readonly number[],
    count: number,
    onAnalysis: (analysis: FrameAnalysis) => void,
  ): Promise<number> {
    const wish = { boxes: true, heatmaps: { encoding: 'full_f32' }, features: this.features } as const;
    const recipe = presentRecipe(classIds, wish, this.model.description);
    const gate = this.engine.createGate();
    let done = 0;
    const analyses = from(this.frames(count, gate)).pipe(
      this.engine.analyze({ model: this.model, pacing: 'every_frame', gate, recipes: () => [recipe] }),
      tap(({ facts, products }) => {
        done += 1;
        onAnalysis({ facts, product: products.get(recipe.key)! });
      }),
    );
    await lastValueFrom(analyses, { defaultValue: undefined });
    return done;
  }

  /** Buffers are handed over to workers, so every frame is a copy. */
  private async *frames(count: number, gate: FrameGate): AsyncGenerator<VideoFrame> {
    const { inputWidth: width, inputHeight: height } = this.model.description;
    for (let sequence = 0; sequence < count; sequence++) {
      await whenOpen(gate);
      const { pixels, sourceWidth, sourceHeight } = this.pictures[sequence % this.pictures.length]!;
      const capturedAtMonotonicMs = performance.now();
      yield {
        feedId: '',
        sequence,
        mediaTimeUs: 0,
        capturedAtMs: performance.timeOrigin + capturedAtMonotonicMs,
        capturedAtMonotonicMs,
        sourceWidth,
        sourceHeight,
        width,
        height,
        pixels: pixels.slice(),
        decodeUs: 0,
      };
    }
  }
}

/** A probability exceeds 0 always and 1 never, so exactly these classes are present. */
export function presentRecipe(
  classIds: readonly number[],
  wish: RecipeWish,
  model: ModelDescription,
): KeyedRecipe {
  const classThresholds = new Map(model.classes.map((_, id) => [id, classIds.includes(id) ? 0 : 1]));
  return resolveRecipe({ ...wish, classThresholds }, model);
}
