export interface WorkerLayout {
  /** Threads that run graphs side by side. */
  readonly workers: number;
  /** Threads inside one run of a graph. */
  readonly intraOpThreads: number;
}

/** Splits the cores among workers; 0 or absent leaves a number to this function. */
export function workerLayout(
  { workers = 0, intraOpThreads = 0 }: Partial<WorkerLayout>,
  cores: number,
): WorkerLayout {
  const chosen = workers > 0 ? workers : 1;
  return {
    workers: chosen,
    intraOpThreads: intraOpThreads > 0 ? intraOpThreads : Math.max(1, Math.floor(cores / chosen)),
  };
}
