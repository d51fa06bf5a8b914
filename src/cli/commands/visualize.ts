import { stat } from 'node:fs/promises';
import { dirname, extname, parse } from 'node:path';
import type { Command } from 'commander';
import { resolveRecipe } from '../../domain/analysis-recipe.js';
import { SurgicamError } from '../../domain/errors.js';
import { loadModelPackage } from '../../models/model-package.js';
import { createLogger } from '../../observability/logger.js';
import { toRecipeWish } from '../../rpc/requests/analysis-wish.js';
import { FeaturePooling } from '../../rpc/gen/surgicam/v1/analysis_options.js';
import { readInputs, type AnalysisInput } from '../analyze/analysis-input.js';
import { configOf, withConfigFlags } from '../config-flags.js';
import { threshold, wholeIn } from '../flag-parsers.js';
import { announceFfmpeg, startEngine } from '../start-engine.js';
import { findClass } from '../visualize/find-class.js';
import { visualizeFrame } from '../visualize/visualize-frame.js';
import { visualizeVideo } from '../visualize/visualize-video.js';
import { toOutputs, toThresholds, withCamFlags, type WishFlags } from '../wish-flags.js';

interface VisualizeFlags extends Omit<WishFlags, 'features' | 'pool' | 'heatmaps'> {
  readonly model: string;
  readonly out?: string;
  readonly frame?: number;
  readonly maxFrames?: number;
  readonly class?: string;
  readonly groundTruth?: string;
  readonly all?: boolean;
}

/** `surgicam visualize <picture or video>`: heatmaps and boxes drawn into a frame, or into a whole video. */
export function registerVisualize(program: Command): void {
  const command = program
    .command('visualize')
    .description('draw heatmaps and boxes into a picture, a frame of a video (.png), or a whole video (.mp4)')
    .argument('<input>', 'JPEG or PNG picture, or a video')
    .requiredOption('--model <folder>', 'model package')
    .option(
      '--out <file>',
      '.png, or .mp4 for a whole video; appears when it is complete (default: <input>-visualized.png)',
    )
    .option('--frame <n>', 'frame of a video, from 0 (default: 0)', wholeIn(0, Number.MAX_SAFE_INTEGER))
    .option('--max-frames <n>', '.mp4: stop after so many frames', wholeIn(1, Number.MAX_SAFE_INTEGER))
    .option('--class <class>', 'draw only this class; a name or an id (default: all that are present)')
    .option('--all', 'one panel a present class, beside the plain frame')
    .option(
      '--ground-truth <file>',
      'drawn beside: gt_bbox .txt or frame .xml of EndoVis18, or .json {width, height, boxes: [{class, x1, y1, x2, y2}]}',
    )
    .option('--outlines', 'contours of the regions, too')
    .option('--class-threshold <t>', "a class is present above it, 0 to 1 (default: the model's)", threshold)
    .option(
      '--roi-threshold <t>',
      "a heatmap's regions are above it, 0 to 1 (default: the model's)",
      threshold,
    );
  withConfigFlags(withCamFlags(command), 'engine').action((text: string, flags: VisualizeFlags) =>
    visualize(text, flags, command),
  );
}

async function visualize(text: string, flags: VisualizeFlags, command: Command): Promise<void> {
  const config = await configOf(command, 'engine');
  const [input] = await readInputs([text]);
  if (input === undefined || input.kind === 'stream') {
    throw SurgicamError.invalidField('<input>', text, 'a JPEG or PNG picture, or a video file');
  }
  const out = flags.out ?? `${parse(input.name).name}-visualized.png`;
  await checkOut(out, input.path);
  const isFilm = extname(out).toLowerCase() === '.mp4';
  if (isFilm) checkFilm(flags, input);
  else checkPicture(flags, input);
  const pkg = await loadModelPackage(flags.model);
  const classId = flags.class === undefined ? undefined : findClass(flags.class, pkg.description.classes);
  const wish = toRecipeWish(
    'visualize',
    toOutputs({ ...flags, features: 'none', pool: FeaturePooling.P512_1X1, heatmaps: 'full' }),
    toThresholds({ ...flags, features: 'none', pool: FeaturePooling.P512_1X1, heatmaps: 'full' }),
    pkg.description,
  );
  const recipe = resolveRecipe(wish, pkg.description);
  const logger = createLogger(config.log.level);
  const ffmpeg = input.kind === 'video' ? await announceFfmpeg(config, logger) : undefined;
  const engine = startEngine(config, logger);
  try {
    const context = {
      input,
      name: input.name,
      engine,
      model: await engine.load(pkg),
      recipe,
      decode: {
        hardwareAcceleration: 'none' as const,
        logger,
        ...(ffmpeg === undefined ? {} : { ffmpegPath: ffmpeg.path }),
      },
      out,
      ...(classId === undefined ? {} : { classId }),
    };
    const lines = isFilm
      ? await visualizeVideo(context, flags.maxFrames)
      : await visualizeFrame(context, {
          index: flags.frame ?? 0,
          isSheet: flags.all === true,
          ...(flags.groundTruth === undefined ? {} : { groundTruth: flags.groundTruth }),
        });
    process.stdout.write([...lines, `wrote ${out}`].map((line) => `${line}\n`).join(''));
  } finally {
    await engine.close();
  }
}

/** Found out before anything is computed. */
async function checkOut(out: string, inputPath: string): Promise<void> {
  if (!['.png', '.mp4'].includes(extname(out).toLowerCase())) {
    throw SurgicamError.invalidField('--out', out, 'a name that ends in .png, or in .mp4 for a whole video');
  }
  const folder = await stat(dirname(out)).catch(() => undefined);
  if (folder?.isDirectory() !== true) {
    throw SurgicamError.invalidField('--out', out, 'a file in a folder that exists');
  }
  const [from, to] = await Promise.all([stat(inputPath), stat(out).catch(() => undefined)]);
  if (to?.isDirectory() === true) throw SurgicamError.invalidField('--out', out, 'a file, not a folder');
  if (to?.ino === from.ino && to.dev === from.dev) {
    throw SurgicamError.invalidField('--out', out, 'another file than the input');
  }
}

function checkFilm(flags: VisualizeFlags, input: AnalysisInput): void {
  if (input.kind === 'image') throw SurgicamError.invalidField('--out', flags.out, 'a .png for a picture');
  for (const name of ['frame', 'groundTruth', 'all'] as const) {
    if (flags[name] === undefined) continue;
    const flag = name === 'groundTruth' ? '--ground-truth' : `--${name}`;
    throw SurgicamError.invalidField(flag, flags[name], 'absent for an .mp4, which shows the whole video');
  }
}

function checkPicture(flags: VisualizeFlags, input: AnalysisInput): void {
  if (flags.maxFrames !== undefined) {
    throw SurgicamError.invalidField('--max-frames', flags.maxFrames, 'absent unless --out is an .mp4');
  }
  if (input.kind === 'image' && (flags.frame ?? 0) !== 0) {
    throw SurgicamError.invalidField(
      '--frame',
      flags.frame,
      '0, or absent, for a still picture: it has 1 frame',
    );
  }
  if (flags.all === true && flags.class !== undefined) {
    throw SurgicamError.invalidField(
      '--class',
      flags.class,
      'absent with --all, which shows every present class',
    );
  }
}
