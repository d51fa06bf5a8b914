import { SurgicamError } from '../../domain/errors.js';
import { probeMedia } from '../../video/probe-media.js';
import { onStopRequest } from '../stop-signal.js';
import { startProgress } from '../terminal/progress.js';
import { annotateVideo } from './annotate-video.js';
import type { VisualizeContext } from './visualize-context.js';

/** Of a source that does not say how fast it is. */
const USUAL_RATE = 25;

/** Draws a whole video, or its first `maxFrames`, into an .mp4. Returns what is to be said of it, line by line. */
export async function visualizeVideo(
  { input, name, decode, model, recipe, engine, out, classId }: VisualizeContext,
  maxFrames = Infinity,
): Promise<string[]> {
  const facts = input.kind === 'video' ? await probeMedia(input.path, decode.ffmpegPath) : undefined;
  const stop = onStopRequest();
  const total = facts?.estimatedFrames ?? maxFrames;
  const progress = startProgress(Number.isFinite(total) ? Math.min(total, maxFrames) : undefined);
  try {
    const { analyzed, failed } = await annotateVideo(input, {
      ...decode,
      engine,
      model,
      recipe,
      maxFrames,
      out,
      frameRate: facts?.frameRate ?? USUAL_RATE,
      stop: stop.signal,
      onFrame: (done) => progress.step(done),
      ...(classId === undefined ? {} : { classId }),
    });
    if (stop.signal.aborted)
      throw new SurgicamError('cancelled', `stopped after ${analyzed} frames; ${out} was not written`);
    if (failed > 0) {
      throw new SurgicamError(
        'internal',
        `the model could not be run on ${failed} of ${analyzed + failed} frames of ${name}; the log says why`,
      );
    }
    return [`${analyzed} frames`];
  } finally {
    progress.stop();
    stop.release();
  }
}
