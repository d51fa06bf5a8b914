/** How the cores are used. */
export interface WorkerLayout {
  /** Threads that run graphs side by side. */
  readonly workers: number;
  /** Threads inside one run of a graph. */
  readonly intraOpThreads: number;
}

/** A run's small layers keep few threads busy. Two were measured to halve a ResNet-50's time; four is a cautious bound. */
const USEFUL_INTRA_OP_THREADS = 4;

/** One worker leaves cores idle while it explains its results, and while the next frame is on its way to it. */
const LEAST_WORKERS = 2;

/**
 * Splits the cores among workers; 0 or absent leaves a number to this function: as many workers as keep runs at
 * four threads, but two where there are two cores.
 *
 * Measured with a ResNet-50 at 256 x 320 on two cores, decoding and explaining included: 1 worker x 2 threads 12.1
 * frames/s, 2 x 1 13.7; with other work on the machine 4.9 and 7.1, as threads inside a run wait for the slowest of
 * them at every layer. The price is latency: a run takes 132 ms instead of 69.
 */
export function workerLayout(
  { workers = 0, intraOpThreads = 0 }: Partial<WorkerLayout>,
  cores: number,
): WorkerLayout {
  const chosen = workers > 0 ? workers : automaticWorkers(intraOpThreads, cores);
  return {
    workers: chosen,
    intraOpThreads: intraOpThreads > 0 ? intraOpThreads : Math.max(1, Math.floor(cores / chosen)),
  };
}

function automaticWorkers(intraOpThreads: number, cores: number): number {
  const threads = intraOpThreads > 0 ? intraOpThreads : USEFUL_INTRA_OP_THREADS;
  const least = intraOpThreads > 0 ? 1 : Math.min(LEAST_WORKERS, cores);
  return Math.max(least, Math.floor(cores / threads));
}
