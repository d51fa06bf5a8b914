/** Exit codes of a process that a signal ended, as shells report them. */
const FORCED_EXIT_CODES = { SIGINT: 130, SIGTERM: 143 } as const;

export interface StopRequest {
  /** Aborted by the first SIGINT or SIGTERM; the reason is the signal's name. */
  readonly signal: AbortSignal;
  /** Gives the signals back to their default behaviour. */
  release(): void;
}

/** The first SIGINT or SIGTERM asks for an orderly end; the second ends the process at once. */
export function onStopRequest(): StopRequest {
  const controller = new AbortController();
  const handle = (signal: NodeJS.Signals): void => {
    if (controller.signal.aborted) process.exit(FORCED_EXIT_CODES[signal as keyof typeof FORCED_EXIT_CODES]);
    controller.abort(signal);
  };
  process.on('SIGINT', handle);
  process.on('SIGTERM', handle);
  return {
    signal: controller.signal,
    release() {
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
