/** How far ahead of a run's expected end the next batch is sent: what two messages between threads take at worst. */
const LEAD_MS = 2;

/** What is known of a worker; times are of one monotonic clock, milliseconds. */
export interface WorkerLoad {
  /** Batches that it has. Undefined: it can be given none now. */
  readonly runs: number | undefined;
  /** When it is expected to be done with all of them; undefined where nothing has been measured. */
  readonly endsAtMs: number | undefined;
}

/**
 * From when on a worker should be given a batch: -Infinity, now, while it has none; Infinity, not before it has given
 * one back. With a `depth` of more than one the next batch is on its way when the run before it ends, and no sooner:
 * frames that wait at a worker can no longer be replaced by newer ones, or be joined by others.
 */
export function readyAtMs({ runs, endsAtMs }: WorkerLoad, depth: number): number {
  if (runs === undefined || runs >= depth) return Infinity;
  if (runs === 0) return -Infinity;
  return endsAtMs === undefined ? Infinity : endsAtMs - LEAD_MS;
}

/** The place of the worker that is ready first, with that time. */
export function firstReady(
  loads: readonly WorkerLoad[],
  depth: number,
): { readonly place: number; readonly atMs: number } {
  const times = loads.map((load) => readyAtMs(load, depth));
  const atMs = Math.min(Infinity, ...times);
  return { place: times.indexOf(atMs), atMs };
}
