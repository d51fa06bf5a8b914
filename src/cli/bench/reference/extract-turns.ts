import { mkdtemp, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { openDataset, type Dataset } from '../../../datasets/dataset.js';
import type { KeyedRecipe } from '../../../domain/analysis-recipe.js';
import { SurgicamError } from '../../../domain/errors.js';
import type { InferenceEngine } from '../../../inference/inference-engine.js';
import type { LoadedModel } from '../../../inference/loaded-model.js';
import { silentLogger } from '../../../observability/logger.js';
import { runExtract } from '../../extract/run-extract.js';
import { timedTurn, type TurnTime } from './comparison.js';

/** `surgicam extract` on a folder of pictures: they are read, analysed, and their features written. */
export class ExtractTurns {
  private constructor(
    private readonly engine: InferenceEngine,
    private readonly model: LoadedModel,
    private readonly dataset: Dataset,
    private readonly folder: string,
  ) {}

  /** `folder` is for what is written; it is removed after every turn. */
  static async prepare(
    engine: InferenceEngine,
    model: LoadedModel,
    pictures: string,
    folder: string,
  ): Promise<ExtractTurns> {
    const dataset = await openDataset(pictures, { layout: 'folder', classes: model.description.classes });
    return new ExtractTurns(engine, model, dataset, folder);
  }

  /** The first `frames` pictures, from nothing to the last file. */
  async measure(recipe: KeyedRecipe, frames: number): Promise<TurnTime> {
    const out = await mkdtemp(join(this.folder, 'extract-'));
    const { dataset, engine, model } = this;
    const time = await timedTurn(frames, async () => {
      const { written } = await runExtract({
        ...{ dataset, engine, model, recipe, out },
        crops: false,
        maxFrames: frames,
        logger: silentLogger(),
        stop: new AbortController().signal,
        onProgress: () => undefined,
      });
      if (written !== frames)
        throw new SurgicamError('internal', `${frames - written} of ${frames} frames failed`);
    });
    await rm(out, { recursive: true });
    return time;
  }
}
