/** How long to wait between attempts. */
export interface BackoffOptions {
  /** Greatest wait before the first attempt, milliseconds. 250 if absent. */
  readonly initialDelayMs?: number;
  /** Greatest wait before any attempt, milliseconds. 10000 if absent. */
  readonly maxDelayMs?: number;
}

/**
 * The wait before an attempt (from 1): the greatest one doubles each time, and half of it is left to chance, so that
 * the clients of a restarted server do not all come back at once.
 */
export function backoffMs(
  attempt: number,
  { initialDelayMs = 250, maxDelayMs = 10_000 }: BackoffOptions,
  random: () => number = Math.random,
): number {
  const greatest = Math.min(maxDelayMs, initialDelayMs * 2 ** Math.min(attempt - 1, 30));
  return greatest * (0.5 + random() / 2);
}
