import type { Logger } from './logger.js';

const INTERVAL_MS = 1000;

/** Counts what was lost and logs at most one line a second, so that losses under load do not become a load. */
export class LossReporter {
  private readonly counts = new Map<string, number>();
  private timer: NodeJS.Timeout | undefined;

  constructor(
    private readonly logger: Logger,
    private readonly message: string,
  ) {}

  /** `reason` becomes a field of the log line, with its count. */
  add(reason: string, count = 1): void {
    this.counts.set(reason, (this.counts.get(reason) ?? 0) + count);
    this.timer ??= setTimeout(() => this.flush(), INTERVAL_MS).unref();
  }

  /** Logs what is left. */
  flush(): void {
    clearTimeout(this.timer);
    this.timer = undefined;
    if (this.counts.size === 0) return;
    this.logger.warn(Object.fromEntries(this.counts), this.message);
    this.counts.clear();
  }
}
