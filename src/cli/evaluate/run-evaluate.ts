import type { RecipeWish } from '../../domain/analysis-recipe.js';
import { SurgicamError } from '../../domain/errors.js';
import type { ModelPackage } from '../../models/model-package.js';
import { loadGrayImage } from '../../files/gray-image.js';
import { runDataset, type DatasetRunOptions } from '../dataset/dataset-run.js';
import { startProgress } from '../terminal/progress.js';
import { Evaluation } from './evaluation.js';
import { drawExamples } from './example-pictures.js';
import { makeReport } from './make-report.js';
import { pointingRecipe } from './pointing-recipe.js';
import type { EvaluationReport } from './report.js';
import { sweepRecipes } from './sweep.js';

export interface EvaluateOptions extends Omit<
  DatasetRunOptions,
  'indices' | 'recipes' | 'keepPixels' | 'handle'
> {
  readonly root: string;
  readonly split?: string;
  readonly pkg: ModelPackage;
  /** How heatmaps are made, and thresholds that are not the model's own. */
  readonly wish: RecipeWish;
  /** T_roi of the sweep. */
  readonly thresholds: readonly number[];
  readonly boxIou: number;
  readonly maxFrames: number;
}

export interface EvaluationResult {
  readonly report: EvaluationReport;
  /** JPEG files of the report's examples, in their order. */
  readonly pictures: readonly (Uint8Array | undefined)[];
}

/** Runs the model once over a data set, all thresholds at once, then once more over the frames that are shown. */
export async function runEvaluate(options: EvaluateOptions): Promise<EvaluationResult> {
  const { dataset, model, wish, thresholds, boxIou, maxFrames, stop } = options;
  const { sweep, own } = sweepRecipes(thresholds, wish, model.description);
  const evaluation = new Evaluation(dataset, model.description, sweep, own, boxIou);
  const pointing = pointingRecipe(dataset, wish, model.description);
  const total = Math.min(dataset.frames.length, maxFrames);
  const progress = startProgress(total);
  const { failed } = await runDataset({
    ...options,
    indices: Array.from({ length: total }, (_, index) => index),
    recipes: [...sweep.map(({ keyed }) => keyed), ...(pointing === undefined ? [] : [pointing])],
    handle: async ({ index, frame, analyzed }) => {
      evaluation.add(index, frame, analyzed);
      if (pointing !== undefined && frame.maskPath !== undefined) {
        evaluation.point(frame, analyzed, await loadGrayImage(frame.maskPath), pointing);
      }
      progress.step(evaluation.frames);
    },
  }).finally(() => progress.stop());
  const stopped = (): SurgicamError =>
    new SurgicamError(
      'cancelled',
      `stopped after ${evaluation.frames} of ${total} frames; no report was written`,
    );
  if (stop.aborted) throw stopped();
  if (failed > 0) {
    throw new SurgicamError('internal', `the model could not be run on ${failed} frames; the log says why`);
  }
  const report = makeReport(evaluation, { ...options, sweep, own });
  const { best, worst } = evaluation.examples;
  const shown = [...best, ...worst].map(({ index }) => index);
  const pictures = await drawExamples(shown, wish, options);
  if (pictures.size < shown.length) throw stopped();
  return { report, pictures: shown.map((index) => pictures.get(index)) };
}
