import { createWriteStream } from 'node:fs';
import { rename } from 'node:fs/promises';
import { finished } from 'node:stream/promises';
import type { Writable } from 'node:stream';
import { once } from 'node:events';
import { SurgicamError } from '../../domain/errors.js';

/** Where results go. */
export interface ResultsTarget {
  readonly stream: Writable;
  /** Everything was written: the file gets its name. */
  complete(): Promise<void>;
  /** It ends early: what was written is kept under another name, which is returned; undefined for standard output. */
  abandon(): Promise<string | undefined>;
}

/**
 * Opens `--out`: a file that appears under its name only when it is complete (`<file>.part` until then), or `-` for
 * standard output. Error: invalid_argument when nothing can be written there.
 */
export async function openResults(out: string): Promise<ResultsTarget> {
  if (out === '-') {
    const nothing = (): Promise<undefined> => Promise.resolve(undefined);
    return { stream: process.stdout, complete: nothing, abandon: nothing };
  }
  const part = `${out}.part`;
  const stream = createWriteStream(part);
  await once(stream, 'open').catch((cause: unknown) => {
    const { code = '' } = cause as NodeJS.ErrnoException;
    throw SurgicamError.invalidField('--out', out, `a file that can be written (${code})`, { cause });
  });
  const close = async (): Promise<void> => {
    stream.end();
    await finished(stream);
  };
  return {
    stream,
    async complete() {
      await close();
      await rename(part, out);
    },
    async abandon() {
      await close();
      return part;
    },
  };
}
