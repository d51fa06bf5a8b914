import { SingleBar } from 'cli-progress';

export interface Progress {
  step(done: number): void;
  stop(): void;
}

/**
 * A progress bar on standard error when it is a terminal; without a known total it only counts. What was done before
 * it began, by an earlier run, is not part of its rate.
 */
export function startProgress(total: number | undefined, before = 0): Progress {
  if (!process.stderr.isTTY) return { step: () => undefined, stop: () => undefined };
  const format =
    total === undefined
      ? '{value} frames, {rate} frames/s'
      : '{bar} {percentage}% {value}/{total} frames, {rate} frames/s, {eta_formatted} left';
  const bar = new SingleBar({ format, stream: process.stderr, barCompleteChar: '#', barIncompleteChar: '.' });
  const beganMs = performance.now();
  bar.start(total ?? Number.MAX_SAFE_INTEGER, before, { rate: '0.0' });
  return {
    step(done) {
      // A file's own idea of its length is not exact.
      if (total !== undefined && done > bar.getTotal()) bar.setTotal(done);
      const seconds = (performance.now() - beganMs) / 1000;
      bar.update(done, { rate: ((done - before) / Math.max(seconds, 0.001)).toFixed(1) });
    },
    stop: () => bar.stop(),
  };
}
