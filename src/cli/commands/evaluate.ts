import { InvalidArgumentError, Option, type Command } from 'commander';
import { openDataset } from '../../datasets/dataset.js';
import { SurgicamError } from '../../domain/errors.js';
import { loadModelPackage } from '../../models/model-package.js';
import { createLogger } from '../../observability/logger.js';
import { FeaturePooling } from '../../rpc/gen/surgicam/v1/analysis_options.js';
import { toRecipeWish } from '../../rpc/requests/analysis-wish.js';
import { ffmpegFor, withDatasetFlags, type DatasetFlags } from '../dataset/dataset-flags.js';
import { configOf, withConfigFlags } from '../config-flags.js';
import { checkReportFolder, writeReport } from '../evaluate/report-folder.js';
import { summarize } from '../evaluate/report-summary.js';
import { runEvaluate } from '../evaluate/run-evaluate.js';
import { parseSweep } from '../evaluate/sweep.js';
import { wholeIn } from '../flag-parsers.js';
import { startEngine } from '../start-engine.js';
import { onStopRequest } from '../stop-signal.js';
import { toOutputs, toThresholds, withCamFlags, withThresholdFlags, type WishFlags } from '../wish-flags.js';

interface EvaluateFlags
  extends DatasetFlags, Pick<WishFlags, 'cam' | 'layers' | 'classThreshold' | 'roiThreshold'> {
  readonly model: string;
  readonly out: string;
  readonly roiThresholdSweep: readonly number[];
  readonly boxIou: number;
  readonly maxFrames?: number;
  readonly force?: boolean;
}

/** `surgicam evaluate <root>`: how well a model tells and finds the classes of a data set. */
export function registerEvaluate(program: Command): void {
  const command = withDatasetFlags(program.command('evaluate'))
    .description('measure presence and localization on a data set; report.json and a page with plots')
    .requiredOption('--model <folder>', 'model package')
    .requiredOption('--out <folder>', 'where report.json and index.html go')
    .addOption(
      new Option('--roi-threshold-sweep <from:to:step>', 'heatmap thresholds at which boxes are judged')
        .argParser(parseSweep)
        .default(parseSweep('0.05:0.95:0.05'), '0.05:0.95:0.05'),
    )
    .addOption(
      new Option('--box-iou <iou>', 'a box is right from this IoU with the true one on')
        .argParser(aboveZero)
        .default(0.5),
    )
    .option('--max-frames <n>', 'stop after so many frames', wholeIn(1, Number.MAX_SAFE_INTEGER))
    .option('--force', 'put the report into a folder that holds other files');
  withThresholdFlags(withCamFlags(command));
  withConfigFlags(command, 'engine').action((root: string, flags: EvaluateFlags) =>
    evaluate(root, flags, command),
  );
}

async function evaluate(root: string, flags: EvaluateFlags, command: Command): Promise<void> {
  const config = await configOf(command, 'engine');
  const { layout, split, out } = flags;
  await checkReportFolder(out, flags.force ?? false);
  const pkg = await loadModelPackage(flags.model);
  const { classes } = pkg.description;
  const dataset = await openDataset(root, { layout, classes, ...(split === undefined ? {} : { split }) });
  if (dataset.frames.every(({ labels, boxes }) => labels === undefined && boxes === undefined)) {
    throw new SurgicamError(
      'failed_precondition',
      `${root} has neither labels nor boxes, so there is nothing to compare with; see labels.csv and boxes.csv in docs/offline-tools.md`,
    );
  }
  const wishFlags: WishFlags = {
    ...flags,
    features: 'none',
    heatmaps: 'none',
    pool: FeaturePooling.P512_1X1,
  };
  const logger = createLogger(config.log.level);
  const ffmpeg = await ffmpegFor(dataset, config, logger);
  const stop = onStopRequest();
  const engine = startEngine(config, logger);
  try {
    const { report, pictures } = await runEvaluate({
      root,
      dataset,
      pkg,
      engine,
      model: await engine.load(pkg),
      wish: toRecipeWish('evaluate', toOutputs(wishFlags), toThresholds(wishFlags), pkg.description),
      thresholds: flags.roiThresholdSweep,
      boxIou: flags.boxIou,
      maxFrames: flags.maxFrames ?? Infinity,
      logger,
      stop: stop.signal,
      ...(split === undefined ? {} : { split }),
      ...ffmpeg,
    });
    await writeReport(out, report, pictures);
    for (const line of summarize(report)) console.log(line);
    console.log(`the report is ${out}/index.html`);
  } finally {
    stop.release();
    await engine.close();
  }
}

function aboveZero(text: string): number {
  const value = Number(text);
  if (!(value > 0 && value <= 1)) throw new InvalidArgumentError('Allowed: a number above 0, at most 1.');
  return value;
}
