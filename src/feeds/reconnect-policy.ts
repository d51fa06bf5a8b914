export interface ReconnectOptions {
  readonly initialDelayMs: number;
  readonly maxDelayMs: number;
  /** Tries in a row without a frame before the feed fails; 0: never. */
  readonly maxAttempts: number;
}

export const DEFAULT_RECONNECT: ReconnectOptions = {
  initialDelayMs: 500,
  maxDelayMs: 30_000,
  maxAttempts: 0,
};

/**
 * How long to wait before try number `attempt` (from 1): doubling, at most `maxDelayMs`, and up to half of it less
 * by `jitter` in [0, 1), so that feeds that broke together do not return together.
 */
export function reconnectDelayMs(options: ReconnectOptions, attempt: number, jitter: number): number {
  const full = Math.min(options.maxDelayMs, options.initialDelayMs * 2 ** (attempt - 1));
  return full * (1 - jitter / 2);
}
