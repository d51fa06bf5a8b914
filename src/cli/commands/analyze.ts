import { Option, type Command } from 'commander';
import { resolveRecipe } from '../../domain/analysis-recipe.js';
import { SurgicamError } from '../../domain/errors.js';
import type { HardwareAcceleration } from '../../domain/feed.js';
import { loadModelPackage } from '../../models/model-package.js';
import { createLogger } from '../../observability/logger.js';
import { frameAnalysisToJson } from '../../rpc/messages/frame-analysis-json.js';
import { toFrameAnalysisMessage } from '../../rpc/messages/frame-analysis-message.js';
import { toRecipeWish } from '../../rpc/requests/analysis-wish.js';
import { readInputs } from '../analyze/analysis-input.js';
import { analyzeInputs, type AnalyzeCounts } from '../analyze/analyze-inputs.js';
import { estimateFrames } from '../analyze/estimate-frames.js';
import { openResults } from '../analyze/results-file.js';
import { configOf, withConfigFlags } from '../config-flags.js';
import { wholeIn } from '../flag-parsers.js';
import { announceFfmpeg, startEngine } from '../start-engine.js';
import { onStopRequest } from '../stop-signal.js';
import { startProgress } from '../terminal/progress.js';
import { toOutputs, toThresholds, withWishFlags, type WishFlags } from '../wish-flags.js';

interface AnalyzeFlags extends WishFlags {
  readonly model: string;
  readonly out: string;
  readonly maxFrames?: number;
  readonly pacing: 'every-frame' | 'live';
  readonly hwaccel: HardwareAcceleration;
}

/** `surgicam analyze <files>`: videos and pictures offline, through the service's own engine. */
export function registerAnalyze(program: Command): void {
  const command = program
    .command('analyze')
    .description('analyse videos and pictures; one FrameAnalysis a line, as canonical protobuf JSON')
    .argument(
      '<inputs...>',
      'videos, JPEG or PNG pictures, or stream URIs, in the order they are to be analysed',
    )
    .requiredOption('--model <folder>', 'model package')
    .requiredOption('--out <file>', 'JSON lines; appears when it is complete. - is standard output');
  withWishFlags(command)
    .option('--max-frames <n>', 'stop after so many frames', wholeIn(1, Number.MAX_SAFE_INTEGER))
    .addOption(
      new Option('--pacing <pacing>', 'every-frame slows the decoder down; live plays at own speed and drops')
        .choices(['every-frame', 'live'])
        .default('every-frame'),
    )
    .addOption(
      new Option('--hwaccel <kind>', 'where video is decoded')
        .choices(['auto', 'cuda', 'none'])
        .default('auto'),
    );
  withConfigFlags(command, 'engine').action((texts: string[], flags: AnalyzeFlags) =>
    analyze(texts, flags, command),
  );
}

async function analyze(texts: readonly string[], flags: AnalyzeFlags, command: Command): Promise<void> {
  const config = await configOf(command, 'engine');
  const inputs = await readInputs(texts);
  const pkg = await loadModelPackage(flags.model);
  const wish = toRecipeWish('analyze', toOutputs(flags), toThresholds(flags), pkg.description);
  const recipe = resolveRecipe(wish, pkg.description);
  const logger = createLogger(config.log.level);
  const hasVideo = inputs.some(({ kind }) => kind !== 'image');
  const ffmpeg = hasVideo ? await announceFfmpeg(config, logger) : undefined;
  const total = process.stderr.isTTY ? await estimateFrames(inputs, ffmpeg?.path) : undefined;

  const results = await openResults(flags.out);
  const stop = onStopRequest();
  const engine = startEngine(config, logger);
  let written = false;
  try {
    const model = await engine.load(pkg);
    const maxFrames = flags.maxFrames ?? Infinity;
    const progress = startProgress(total === undefined ? undefined : Math.min(total, maxFrames));
    const broken = new Promise<never>((_, reject) => results.stream.once('error', reject));
    let done = 0;
    const running = analyzeInputs(inputs, {
      engine,
      model,
      recipe,
      pacing: flags.pacing === 'live' ? 'live' : 'every_frame',
      hardwareAcceleration: flags.hwaccel,
      maxFrames,
      logger,
      ...(ffmpeg === undefined ? {} : { ffmpegPath: ffmpeg.path }),
      stop: stop.signal,
      write: (analysis) => {
        progress.step((done += 1));
        const message = toFrameAnalysisMessage(analysis, { nowMonotonicMs: performance.now() });
        return results.stream.write(`${JSON.stringify(frameAnalysisToJson(message))}\n`);
      },
      whenWritable: (listener) => results.stream.once('drain', listener),
    });
    const counts = await Promise.race([running, broken]).finally(() => progress.stop());
    if (stop.signal.aborted) throw stopped(counts);
    if (counts.failed > 0) throw failed(counts);
    await results.complete();
    written = true;
    logger.info({ ...counts, out: flags.out }, 'analysis complete');
  } finally {
    stop.release();
    const kept = written ? undefined : await results.abandon();
    if (kept !== undefined) process.stderr.write(`what was analysed is in ${kept}\n`);
    await engine.close();
  }
}

function stopped({ analyzed }: AnalyzeCounts): SurgicamError {
  return new SurgicamError('cancelled', `stopped after ${analyzed} frames`);
}

function failed({ analyzed, failed: count }: AnalyzeCounts): SurgicamError {
  return new SurgicamError(
    'internal',
    `the model could not be run on ${count} of ${analyzed + count} frames; the log says why`,
  );
}
