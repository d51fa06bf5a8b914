import type { Writable } from 'node:stream';

/**
 * Writes one response and resolves when the HTTP/2 stream has taken it, or when the signal is aborted. With one
 * message in flight `write()` never has a reason to return false: a slow reader holds up nothing but its own loop,
 * and what it reads next is chosen when it can take it, not sixteen messages earlier.
 */
export function writeResponse(stream: Writable, response: unknown, signal: AbortSignal): Promise<void> {
  if (signal.aborted || stream.destroyed) return Promise.resolve();
  return new Promise((resolve) => {
    const done = () => {
      signal.removeEventListener('abort', done);
      resolve();
    };
    signal.addEventListener('abort', done, { once: true });
    stream.write(response, done);
  });
}
