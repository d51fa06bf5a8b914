export interface StopRequest {
  /** Aborted by the first SIGINT or SIGTERM, when nobody reads the output any more, or when the time is up. */
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
  const onSignal = (signal: NodeJS.Signals): void => {
    if (controller.signal.aborted) endAtOnce();
    else controller.abort(signal);
  };
  const onOutputError = (): void => controller.abort('nobody reads the output');
  process.on('SIGINT', onSignal);
  process.on('SIGTERM', onSignal);
  process.stdout.on('error', onOutputError);
  return {
    signal: controller.signal,
    after(ms) {
      timer ??= setTimeout(() => controller.abort('time is up'), ms);
    },
    release() {
      clearTimeout(timer);
      process.off('SIGINT', onSignal);
      process.off('SIGTERM', onSignal);
      process.stdout.off('error', onOutputError);
    },
  };
}

/**
 * Without waiting for anything. The exit hooks run first, which kill every ffmpeg; then the process kills itself, since
 * tearing down a worker in the middle of a model's run makes the runtime abort with a message of its own.
 */
export function endAtOnce(): void {
  process.once('exit', () => process.kill(process.pid, 'SIGKILL'));
  process.exit();
}

/** Resolves when the signal is aborted. */
export function aborted(signal: AbortSignal): Promise<void> {
  if (signal.aborted) return Promise.resolve();
  return new Promise((resolve) => {
    signal.addEventListener('abort', () => resolve(), { once: true });
  });
}
