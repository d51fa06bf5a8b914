/** Wakes one waiting loop. A notification while nobody waits is kept; several are one. */
export class Latch {
  private notified = false;
  private wake: (() => void) | undefined;

  readonly notify = (): void => {
    this.notified = true;
    this.wake?.();
  };

  /** Resolves at the next notification, or when the signal is aborted. */
  async wait(signal: AbortSignal): Promise<void> {
    if (!this.notified && !signal.aborted) {
      await new Promise<void>((resolve) => {
        this.wake = resolve;
        signal.addEventListener('abort', this.notify, { once: true });
      });
      signal.removeEventListener('abort', this.notify);
      this.wake = undefined;
    }
    this.notified = false;
  }
}
