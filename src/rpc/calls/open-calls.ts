import { setMaxListeners } from 'node:events';
import { SurgicamError } from '../../domain/errors.js';

/** Counts the calls in progress and, while the server drains, lets no new one in. */
export class OpenCalls {
  private count = 0;
  private readonly drainController = new AbortController();
  private readonly idleListeners = new Set<() => void>();

  constructor() {
    // Every open stream listens; each stops when its call ends.
    setMaxListeners(0, this.drainController.signal);
  }

  /** Aborted when draining begins: long calls should come to their end. */
  get draining(): AbortSignal {
    return this.drainController.signal;
  }

  /** Lets a call in; the function returned must be called when it is over. */
  admit(): () => void {
    if (this.draining.aborted) throw shuttingDown();
    this.count++;
    let open = true;
    return () => {
      if (!open) return;
      open = false;
      this.count--;
      if (this.count === 0) for (const listener of [...this.idleListeners]) listener();
    };
  }

  drain(): void {
    this.drainController.abort();
  }

  /** Resolves when no call is in progress, or when the signal is aborted. */
  whenIdle(signal: AbortSignal): Promise<void> {
    if (this.count === 0 || signal.aborted) return Promise.resolve();
    return new Promise((resolve) => {
      const done = () => {
        this.idleListeners.delete(done);
        signal.removeEventListener('abort', done);
        resolve();
      };
      this.idleListeners.add(done);
      signal.addEventListener('abort', done);
    });
  }
}

/** How a call ends that the server cannot go on with; another replica may take it. */
export function shuttingDown(): SurgicamError {
  return new SurgicamError('unavailable', 'the server is shutting down; try again', { retryAfterMs: 1000 });
}
