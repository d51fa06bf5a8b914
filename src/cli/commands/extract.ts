import { Option, type Command } from 'commander';
import { openDataset } from '../../datasets/dataset.js';
import { resolveRecipe, type KeyedRecipe } from '../../domain/analysis-recipe.js';
import { SurgicamError } from '../../domain/errors.js';
import { loadModelPackage, type ModelPackage } from '../../models/model-package.js';
import { createLogger } from '../../observability/logger.js';
import { toRecipeWish } from '../../rpc/requests/analysis-wish.js';
import { ffmpegFor, withDatasetFlags, type DatasetFlags } from '../dataset/dataset-flags.js';
import { configOf, withConfigFlags } from '../config-flags.js';
import { prepareOutput, type ExtractionRecord } from '../extract/extraction-record.js';
import { runExtract, type ExtractCounts } from '../extract/run-extract.js';
import { wholeIn } from '../flag-parsers.js';
import { startEngine } from '../start-engine.js';
import { onStopRequest } from '../stop-signal.js';
import { startProgress, type Progress } from '../terminal/progress.js';
import {
  featureNames,
  poolOption,
  toOutputs,
  toThresholds,
  withCamFlags,
  withThresholdFlags,
  type FeatureName,
  type WishFlags,
} from '../wish-flags.js';

interface ExtractFlags extends DatasetFlags, Omit<WishFlags, 'features' | 'heatmaps' | 'outlines'> {
  readonly model: string;
  readonly variant: FeatureName;
  readonly out: string;
  readonly crops: boolean;
  readonly maxFrames?: number;
  readonly force?: boolean;
}

/** `surgicam extract <root>`: the region features of a data set as the files that downstream code reads. */
export function registerExtract(program: Command): void {
  const command = withDatasetFlags(program.command('extract'))
    .description('write the region features of a data set: .npz a region, .npy a frame, .png of each region')
    .requiredOption('--model <folder>', 'model package')
    .requiredOption('--out <folder>', 'where the files go; a run that was interrupted goes on there')
    .addOption(
      new Option('--variant <variant>', 'how features are made').choices(featureNames()).default('sl-fe'),
    )
    .addOption(poolOption());
  withThresholdFlags(withCamFlags(command))
    .option('--no-crops', 'leave out the pictures of the regions')
    .option('--max-frames <n>', 'stop after so many frames', wholeIn(1, Number.MAX_SAFE_INTEGER))
    .option('--force', 'begin anew where the folder holds features made with other settings');
  withConfigFlags(command, 'engine').action((root: string, flags: ExtractFlags) =>
    extract(root, flags, command),
  );
}

async function extract(root: string, flags: ExtractFlags, command: Command): Promise<void> {
  const config = await configOf(command, 'engine');
  const { layout, split, out } = flags;
  const pkg = await loadModelPackage(flags.model);
  const { classes } = pkg.description;
  const dataset = await openDataset(root, { layout, classes, ...(split === undefined ? {} : { split }) });
  const wishFlags: WishFlags = { ...flags, features: flags.variant, heatmaps: 'none' };
  const wish = toRecipeWish('extract', toOutputs(wishFlags), toThresholds(wishFlags), pkg.description);
  const recipe = resolveRecipe(wish, pkg.description);
  await prepareOutput(out, recordOf(flags, pkg, recipe), flags.force ?? false);

  const logger = createLogger(config.log.level);
  const ffmpeg = await ffmpegFor(dataset, config, logger);
  const stop = onStopRequest();
  const engine = startEngine(config, logger);
  let progress: Progress | undefined;
  try {
    const model = await engine.load(pkg);
    const counts = await runExtract({
      dataset,
      engine,
      model,
      recipe,
      out,
      crops: flags.crops,
      maxFrames: flags.maxFrames ?? Infinity,
      logger,
      ...ffmpeg,
      stop: stop.signal,
      onProgress: (complete, total) => {
        progress ??= startProgress(total, complete);
        progress.step(complete);
      },
    }).finally(() => progress?.stop());
    report(counts, out);
  } finally {
    stop.release();
    await engine.close();
  }
}

/** Crops do not change a feature, and neither does how many frames are looked at. */
function recordOf(
  { layout, split, variant }: ExtractFlags,
  { description, manifest }: ModelPackage,
  { recipe }: KeyedRecipe,
): ExtractionRecord {
  return {
    layout,
    split: split ?? 'all',
    model: description.name,
    modelVersion: description.version,
    modelSha256: manifest.graph.sha256,
    variant,
    pool: recipe.features!.pool,
    cam: recipe.cam.method,
    layers: recipe.cam.layers,
    classThresholds: recipe.classThresholds,
    roiThresholds: recipe.roiThresholds,
  };
}

function report({ total, before, written, regions, failed }: ExtractCounts, out: string): void {
  const complete = before + written;
  const earlier = before > 0 ? `, ${before} of them by an earlier run` : '';
  console.log(`${complete} of ${total} frames are in ${out}${earlier}; ${regions} regions written now`);
  if (failed > 0) {
    throw new SurgicamError('internal', `the model could not be run on ${failed} frames; the log says why`);
  }
  if (complete < total) {
    throw new SurgicamError(
      'cancelled',
      `stopped after ${complete} of ${total} frames; run it again to go on`,
    );
  }
}
