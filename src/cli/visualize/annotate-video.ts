import type { FrameAnalysis } from '../../domain/frame-analysis.js';
import { analyzeInputs, type AnalyzeCounts, type AnalyzeInputsOptions } from '../analyze/analyze-inputs.js';
import type { AnalysisInput } from '../analyze/analysis-input.js';
import { Film, type FilmOptions } from './film.js';

export interface AnnotateOptions
  extends Omit<AnalyzeInputsOptions, 'pacing' | 'write' | 'whenWritable'>, FilmOptions {
  readonly onFrame: (done: number) => void;
}

/** Most analyses that wait to be drawn. */
const MOST_WAITING = 4;

/**
 * A video with its analysis drawn into every frame. It is decoded twice: once at the model's input size, so that the
 * analysis is exactly what `analyze` gives, and once at its own for drawing; the n-th frame of both is the same one.
 * The file has its name once it is complete, and is removed when it is not going to be.
 */
export async function annotateVideo(input: AnalysisInput, options: AnnotateOptions): Promise<AnalyzeCounts> {
  const film = new Film(input, options);
  const waiting: FrameAnalysis[] = [];
  const failure = new AbortController();
  let onRoom: (() => void) | undefined;
  let onNews: (() => void) | undefined;
  let isOver = false;
  const analyzing = analyzeInputs([input], {
    ...options,
    pacing: 'every_frame',
    stop: AbortSignal.any([options.stop, failure.signal]),
    write: (analysis) => {
      waiting.push(analysis);
      onNews?.();
      return waiting.length < MOST_WAITING;
    },
    whenWritable: (listener) => (onRoom = listener),
  }).finally(() => {
    isOver = true;
    onNews?.();
  });
  analyzing.catch(() => undefined); // it is awaited below, after the frames it gave
  const next = async (): Promise<FrameAnalysis | undefined> => {
    while (waiting.length === 0 && !isOver) await new Promise<void>((resolve) => (onNews = resolve));
    const analysis = waiting.shift();
    const listener = onRoom;
    onRoom = undefined;
    listener?.();
    return analysis;
  };
  try {
    let done = 0;
    for (let analysis = await next(); analysis !== undefined; analysis = await next()) {
      if (options.stop.aborted) break;
      await film.add(analysis);
      options.onFrame((done += 1));
    }
    const counts = await analyzing;
    if (options.stop.aborted || counts.failed > 0) await film.abandon();
    else await film.finish();
    return counts;
  } catch (error) {
    failure.abort();
    await film.abandon();
    throw error;
  }
}
