import { once } from 'node:events';
import type { Writable } from 'node:stream';

/** Writes one JSON value a line and waits while the reader is slower, so that memory stays bounded. */
export async function writeJsonLine(target: Writable, value: unknown): Promise<void> {
  if (!target.write(`${JSON.stringify(value)}\n`)) await once(target, 'drain');
}
