import { WorkerHandle } from './worker-handle.js';
import type { BenchmarkReply, BenchmarkRequest } from './worker-messages.js';

/** How fast one graph ran. */
export interface ForwardSpeed {
  /** Of all workers together. */
  readonly framesPerSecond: number;
  readonly frames: number;
  /** Middle of the runs' times divided by the batch, milliseconds a frame in one worker. */
  readonly medianMsPerFrame: number;
}

/**
 * Runs graphs bare, without feeds and explanations, in `workers` threads of their own at the same time. Several
 * variants take turns, so that their ratios hold on a machine that has other work to do.
 */
export async function benchmarkForward(request: BenchmarkRequest, workers: number): Promise<ForwardSpeed[]> {
  const handles = Array.from({ length: workers }, () => new WorkerHandle());
  try {
    const replies = await Promise.all(handles.map((handle) => handle.call('benchmark', request)));
    return request.variants.map((_, variant) => speedOf(replies, variant, request.batch));
  } finally {
    await Promise.all(handles.map((handle) => handle.close()));
  }
}

function speedOf(replies: readonly BenchmarkReply[], variant: number, batch: number): ForwardSpeed {
  const perWorker = replies.map(({ runsMs }) => runsMs[variant]!);
  const all = perWorker.flatMap((runs) => [...runs]).sort((a, b) => a - b);
  const rates = perWorker.map((runs) => (1000 * batch * runs.length) / runs.reduce((sum, ms) => sum + ms, 0));
  return {
    framesPerSecond: rates.reduce((sum, rate) => sum + rate, 0),
    frames: all.length * batch,
    medianMsPerFrame: all[all.length >> 1]! / batch,
  };
}
