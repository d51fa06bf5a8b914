/** Exit codes of a process that a signal ended, as shells report them. */
const FORCED_EXIT_CODES = { SIGINT: 130, SIGTERM: 143 } as const;

export interface StopRequest {
  /** Aborted by the first SIGINT or SIGTERM, or when the time is up; the reason says which. */
  readonly signal: AbortSignal;
  /** Asks for the end by itself after so long; only the first call counts. */
  after(ms: number): void;
  /** Gives the signals back to their default behaviour. */
  release(): void;
}

/** The first SIGINT or SIGTERM asks for an orderly end; the second ends the process at once. */
export function onStopRequest(): StopRequest {
  const controller = new AbortController();
  let timer: NodeJS.Timeout | undefined;
  const handle = (signal: NodeJS.Signals): void => {
    if (controller.signal.aborted) process.exit(FORCED_EXIT_CODES[signal as keyof typeof FORCED_EXIT_CODES]);
    controller.abort(signal);
  };
  process.on('SIGINT', handle);
  process.on('SIGTERM', handle);
  return {
    signal: controller.signal,
    after(ms) {
      timer ??= setTimeout(() => controller.abort('time is up'), ms);
    },
    release() {
      clearTimeout(timer);
      process.off('SIGINT', handle);
      process.off('SIGTERM', handle);
    },
  };
}

/** Resolves when the signal is aborted. */
export function aborted(signal: AbortSignal): Promise<void> {
  if (signal.aborted) return Promise.resolve();
  return new Promise((resolve) => {
    signal.addEventListener('abort', () => resolve(), { once: true });
  });
}
