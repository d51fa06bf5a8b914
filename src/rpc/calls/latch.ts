/** Wakes one waiting loop. A notification while nobody waits is kept; several are one. */
export class Latch {
  private notified = false;
  private wake: (() => void) | undefined;
  /** The signal that was listened to last: of one call as a rule, so that a wait costs no listener of its own. */
  private heard: AbortSignal | undefined;

  readonly notify = (): void => {
    this.notified = true;
    this.wake?.();
  };

  /** Resolves at the next notification, or when the signal is aborted. */
  async wait(signal: AbortSignal): Promise<void> {
    if (!this.notified && !signal.aborted) {
      if (this.heard !== signal) {
        this.heard?.removeEventListener('abort', this.notify);
        signal.addEventListener('abort', this.notify, { once: true });
        this.heard = signal;
      }
      await new Promise<void>((resolve) => (this.wake = resolve));
      this.wake = undefined;
    }
    this.notified = false;
  }
}
