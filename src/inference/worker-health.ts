import { setTimeout as delay } from 'node:timers/promises';
import type { WorkerHandle } from './worker-handle.js';

/**
 * How an inference worker is: `answers`; `busy`: in a run that is not yet suspiciously long; `loading` a model, which may
 * take minutes on some providers; `silent`: in a run, or whatever it does, for longer than any run takes; `restarting`:
 * its thread ended and another one is being started.
 */
export type WorkerHealth = 'answers' | 'busy' | 'loading' | 'silent' | 'restarting';

/** How long an answer is waited for: a run takes less where the service is in good health. */
const PATIENCE_MS = 500;

/** Longer than any run, a batch of gradients on a slow processor included. */
const SILENT_AFTER_MS = 30_000;

/** Asks a worker for a sign of life and judges by it, or by how long it owes its oldest answer. */
export async function probeWorker(
  handle: Pick<WorkerHandle, 'ping' | 'unanswered'>,
  { patienceMs = PATIENCE_MS, silentAfterMs = SILENT_AFTER_MS } = {},
): Promise<WorkerHealth> {
  const stop = new AbortController();
  const answer = await Promise.race([
    handle.ping().then(
      () => 'answers' as const,
      () => 'restarting' as const,
    ),
    delay(patienceMs, undefined, { signal: stop.signal }).catch(() => undefined),
  ]);
  stop.abort();
  if (answer !== undefined) return answer;
  const owed = handle.unanswered();
  // A run that waits behind a load is no sign of anything.
  if (owed.some(({ call }) => call === 'load' || call === 'benchmark' || call === 'evaluate'))
    return 'loading';
  const oldestMs = Math.min(...owed.map(({ sinceMs }) => sinceMs));
  return performance.now() - oldestMs >= silentAfterMs ? 'silent' : 'busy';
}
