import { mkdir, readdir } from 'node:fs/promises';
import path from 'node:path';
import type { Dataset } from '../../datasets/dataset.js';
import type { KeyedRecipe } from '../../domain/analysis-recipe.js';
import type { InferenceEngine } from '../../inference/inference-engine.js';
import type { LoadedModel } from '../../inference/loaded-model.js';
import type { Logger } from '../../observability/logger.js';
import { runDataset } from '../dataset/dataset-run.js';
import { writeFrameFiles } from './region-files.js';

export interface ExtractOptions {
  readonly dataset: Dataset;
  readonly engine: InferenceEngine;
  readonly model: LoadedModel;
  /** With features. */
  readonly recipe: KeyedRecipe;
  /** An output folder made ready by `prepareOutput`. */
  readonly out: string;
  /** Whether crops of the regions are written. */
  readonly crops: boolean;
  /** Most frames of the data set. */
  readonly maxFrames: number;
  readonly logger: Logger;
  readonly ffmpegPath?: string;
  readonly stop: AbortSignal;
  /** Hears how many frames of `total` are complete, at first those of an earlier run. */
  readonly onProgress: (complete: number, total: number) => void;
}

export interface ExtractCounts {
  readonly total: number;
  /** Complete when the run began. */
  readonly before: number;
  readonly written: number;
  readonly regions: number;
  readonly failed: number;
}

/** Region features of a data set as files; frames that are complete are left as they are. */
export async function runExtract(options: ExtractOptions): Promise<ExtractCounts> {
  const { dataset, model, recipe, out, crops, maxFrames, onProgress } = options;
  const total = Math.min(dataset.frames.length, maxFrames);
  const indices = await missingFrames(dataset, out, total);
  const before = total - indices.length;
  let written = 0;
  let regions = 0;
  onProgress(before, total);
  const variant = recipe.recipe.features!.variant;
  const { failed } = await runDataset({
    ...options,
    indices,
    recipes: [recipe],
    keepPixels: crops && variant !== 'sl_fe',
    handle: async ({ frame, analyzed, pixels }) => {
      const { features } = analyzed.products.get(recipe.key)!;
      const folder = path.join(out, frame.video);
      await writeFrameFiles(
        { folder, frame: frame.name, features, ...(pixels === undefined ? {} : { pixels }) },
        model.description,
      );
      written++;
      regions += features.length;
      onProgress(before + written, total);
    },
  });
  return { total, before, written, regions, failed };
}

/** Indices of the frames that are not complete; makes the folders of their videos. */
async function missingFrames(dataset: Dataset, out: string, total: number): Promise<number[]> {
  const complete = new Map<string, ReadonlySet<string>>();
  const missing: number[] = [];
  for (let index = 0; index < total; index++) {
    const { video, name } = dataset.frames[index]!;
    let files = complete.get(video);
    if (files === undefined) {
      const folder = path.join(out, video);
      await mkdir(folder, { recursive: true });
      files = new Set(await readdir(folder));
      complete.set(video, files);
    }
    if (!files.has(`${name}.npy`)) missing.push(index);
  }
  return missing;
}
