import { fromEvent, take, takeUntil, tap, type Observable } from 'rxjs';
import type { KeyedRecipe } from '../../domain/analysis-recipe.js';
import type { HardwareAcceleration, Pacing } from '../../domain/feed.js';
import type { FrameAnalysis } from '../../domain/frame-analysis.js';
import type { InferenceEngine } from '../../inference/inference-engine.js';
import type { LoadedModel } from '../../inference/loaded-model.js';
import type { Logger } from '../../observability/logger.js';
import type { AnalysisInput } from './analysis-input.js';
import { HeldGate } from './held-gate.js';
import { openInputs } from './open-inputs.js';

export interface AnalyzeInputsOptions {
  readonly engine: InferenceEngine;
  readonly model: LoadedModel;
  readonly recipe: KeyedRecipe;
  readonly pacing: Pacing;
  readonly hardwareAcceleration: HardwareAcceleration;
  readonly maxFrames: number;
  readonly logger: Logger;
  readonly ffmpegPath?: string;
  /** Ends the run after what is being analysed. */
  readonly stop: AbortSignal;
  /** Called with each analysis, in order; false asks to wait for `whenWritable`. */
  readonly write: (analysis: FrameAnalysis) => boolean;
  readonly whenWritable: (listener: () => void) => void;
}

export interface AnalyzeCounts {
  readonly analyzed: number;
  /** Superseded by a newer frame (live pacing). */
  readonly dropped: number;
  /** Those that the model could not be run on. */
  readonly failed: number;
}

/** Inputs through the same engine as the service's feeds. Resolves at their end; error: that of a source. */
export function analyzeInputs(
  inputs: readonly AnalysisInput[],
  options: AnalyzeInputsOptions,
): Promise<AnalyzeCounts> {
  const { engine, model, recipe, pacing, maxFrames, stop, write, whenWritable } = options;
  const credits = engine.createGate();
  const gate = new HeldGate(credits);
  const counts = { analyzed: 0, dropped: 0, failed: 0 };
  const frames = openInputs(inputs, {
    ...options,
    width: model.description.inputWidth,
    height: model.description.inputHeight,
    ownSpeed: pacing === 'live',
    // A live source is never held back: its frames are dropped instead, and counted.
    gate: pacing === 'live' ? ALWAYS_OPEN : gate,
  });
  const analyses = frames.pipe(
    take(maxFrames),
    takeUntil(fromEvent(stop, 'abort')),
    engine.analyze({
      model,
      pacing,
      gate: credits,
      recipes: () => [recipe],
      onDrop: (_, reason) => {
        if (reason === 'inference_failed' || reason === 'worker_lost') counts.failed += 1;
        else counts.dropped += 1;
      },
    }),
    tap(({ facts, products }) => {
      counts.analyzed += 1;
      const product = products.get(recipe.key);
      if (product === undefined || write({ facts, product })) return;
      gate.hold();
      whenWritable(() => gate.release());
    }),
  );
  return completion(analyses).then(() => counts);
}

const ALWAYS_OPEN = { isOpen: () => true, onOpen: () => () => undefined };

function completion(source: Observable<unknown>): Promise<void> {
  return new Promise((resolve, reject) => {
    source.subscribe({ complete: resolve, error: reject });
  });
}
