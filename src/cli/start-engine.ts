import type { Config } from '../config/schema.js';
import { InferenceEngine } from '../inference/inference-engine.js';
import type { Logger } from '../observability/logger.js';
import { locateFfmpeg, type FfmpegInstallation } from '../video/locate-ffmpeg.js';

/** The engine as the configuration wants it. */
export function startEngine({ inference }: Config, logger: Logger): InferenceEngine {
  const { graphOptimization, cpuMemoryArena, memoryPattern, spinning, webgpuLayout, sessionEntries } =
    inference;
  const tuning = { graphOptimization, cpuMemoryArena, memoryPattern, spinning, webgpuLayout };
  return InferenceEngine.start({ ...inference, tuning: { ...tuning, entries: sessionEntries }, logger });
}

/** The ffmpeg that will be used, announced in the log: what it can read depends on it. */
export async function announceFfmpeg({ video }: Config, logger: Logger): Promise<FfmpegInstallation> {
  const ffmpeg = await locateFfmpeg(video.ffmpegFile ?? undefined);
  logger.info({ path: ffmpeg.path, version: ffmpeg.version, origin: ffmpeg.origin }, 'using ffmpeg');
  return ffmpeg;
}
