import { SurgicamError } from '../../domain/errors.js';

type State = { readonly kind: 'open' } | { readonly kind: 'draining' };

/** Counts the calls in progress and, while the server drains, lets no new one in. */
export class OpenCalls {
  private state: State = { kind: 'open' };
  private count = 0;
  private readonly drainController = new AbortController();
  private readonly idleListeners = new Set<() => void>();

  /** Aborted when draining begins: long calls should come to their end. */
  get draining(): AbortSignal {
    return this.drainController.signal;
  }

  /** Lets a call in; the function returned must be called when it is over. */
  admit(): () => void {
    if (this.state.kind === 'draining') throw shuttingDown();
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
    this.setState({ kind: 'draining' });
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

  private setState(state: State): void {
    this.state = state;
  }
}

/** How a call ends that the server cannot go on with; another replica may take it. */
export function shuttingDown(): SurgicamError {
  return new SurgicamError('unavailable', 'the server is shutting down; try again', { retryAfterMs: 1000 });
}
