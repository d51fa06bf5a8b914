import { filter, fromEvent, lastValueFrom, mergeMap, takeUntil, tap } from 'rxjs';
import type { Dataset, DatasetFrame } from '../../datasets/dataset.js';
import type { KeyedRecipe } from '../../domain/analysis-recipe.js';
import type { AnalyzedFrame } from '../../domain/frame-analysis.js';
import type { VideoFrame } from '../../domain/video-frame.js';
import type { InferenceEngine } from '../../inference/inference-engine.js';
import type { LoadedModel } from '../../inference/loaded-model.js';
import type { Logger } from '../../observability/logger.js';
import { HeldGate } from '../analyze/held-gate.js';
import { datasetFrames } from './dataset-frames.js';

/** Frames whose results are being dealt with at the same time; beyond it the source waits. */
const MAX_HANDLING = 8;

export interface DatasetRunOptions {
  readonly dataset: Dataset;
  /** Indices into `dataset.frames`, ascending. If absent, all. */
  readonly indices?: readonly number[];
  readonly engine: InferenceEngine;
  readonly model: LoadedModel;
  readonly recipes: readonly KeyedRecipe[];
  readonly logger: Logger;
  readonly ffmpegPath?: string;
  /** Ends the run after what is being analysed. */
  readonly stop: AbortSignal;
  /** Whether `handle` is given the frame's pixels, which the engine takes away otherwise. If absent, false. */
  readonly keepPixels?: boolean;
  /** Deals with one frame; several may be under way, begun in the data set's order. */
  readonly handle: (result: DatasetResult) => Promise<void>;
}

export interface DatasetResult {
  /** Index into `dataset.frames`. */
  readonly index: number;
  readonly frame: DatasetFrame;
  readonly analyzed: AnalyzedFrame;
  /** RGB24 of the model's input size, when they were to be kept. */
  readonly pixels?: Uint8Array;
}

export interface DatasetCounts {
  readonly handled: number;
  /** Frames that the model could not be run on; the log says why. */
  readonly failed: number;
}

/** A data set through the engine. Memory is bounded however slow `handle` is. Error: the first of a source or of `handle`. */
export async function runDataset(options: DatasetRunOptions): Promise<DatasetCounts> {
  const { dataset, engine, model, recipes, stop, keepPixels = false, handle } = options;
  const { inputWidth: width, inputHeight: height } = model.description;
  const credits = engine.createGate();
  const gate = new HeldGate(credits);
  const kept = new Map<number, Uint8Array>();
  const counts = { handled: 0, failed: 0 };
  let handling = 0;
  const results = datasetFrames(dataset, {
    ...options,
    width,
    height,
    gate,
    hardwareAcceleration: 'none',
  }).pipe(
    takeUntil(fromEvent(stop, 'abort')),
    tap(({ sequence, pixels }: VideoFrame) => {
      if (keepPixels) kept.set(sequence, pixels.slice());
    }),
    engine.analyze({
      model,
      pacing: 'every_frame',
      gate: credits,
      recipes: () => recipes,
      onDrop: ({ sequence }, reason) => {
        kept.delete(sequence);
        if (reason === 'inference_failed' || reason === 'worker_lost') counts.failed++;
      },
    }),
    mergeMap(async (analyzed) => {
      const index = analyzed.facts.sequence;
      const pixels = kept.get(index);
      kept.delete(index);
      if (++handling >= MAX_HANDLING) gate.hold();
      await handle({
        index,
        frame: dataset.frames[index]!,
        analyzed,
        ...(pixels === undefined ? {} : { pixels }),
      });
      if (--handling < MAX_HANDLING) gate.release();
      counts.handled++;
    }),
    filter(() => false),
  );
  await lastValueFrom(results, { defaultValue: undefined });
  return counts;
}
