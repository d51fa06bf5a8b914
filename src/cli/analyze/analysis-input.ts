import { access, constants, open, stat } from 'node:fs/promises';
import { basename } from 'node:path';
import { SurgicamError } from '../../domain/errors.js';

/** One argument of `surgicam analyze`. */
export type AnalysisInput =
  | { readonly kind: 'image'; readonly path: string; readonly name: string }
  | { readonly kind: 'video'; readonly path: string; readonly name: string }
  | { readonly kind: 'stream'; readonly uri: string };

/**
 * What the arguments are: a file's first bytes tell a still image from a video, and what has a scheme is a stream.
 * Errors: not_found, invalid_argument, permission_denied; each lists every file it is about.
 */
export async function readInputs(texts: readonly string[]): Promise<readonly AnalysisInput[]> {
  const results = await Promise.allSettled(texts.map(readInput));
  const failures = results.flatMap((result) =>
    result.status === 'rejected' ? [SurgicamError.from(result.reason)] : [],
  );
  const [first] = failures;
  if (first === undefined)
    return results.flatMap((result) => (result.status === 'fulfilled' ? [result.value] : []));
  const shown = failures.slice(0, MOST_SHOWN).map(({ message }) => message);
  if (failures.length > MOST_SHOWN) shown.push(`and ${failures.length - MOST_SHOWN} more`);
  throw new SurgicamError(first.code, shown.join('; '), { cause: first });
}

const MOST_SHOWN = 10;

async function readInput(text: string): Promise<AnalysisInput> {
  if (/^[a-z][a-z0-9+.-]+:/i.test(text) && !/^file:/i.test(text)) return { kind: 'stream', uri: text };
  const path = text.replace(/^file:(\/\/)?/i, '');
  await checkFile(path);
  return { kind: (await isStillImage(path)) ? 'image' : 'video', path, name: basename(path) };
}

async function checkFile(path: string): Promise<void> {
  const facts = await stat(path).catch((cause: unknown) => {
    throw new SurgicamError('not_found', `there is no file ${path}`, { cause });
  });
  if (facts.isDirectory()) {
    throw new SurgicamError(
      'invalid_argument',
      `${path} is a folder; name its files, for example ${path}/*.png`,
    );
  }
  await access(path, constants.R_OK).catch((cause: unknown) => {
    throw new SurgicamError('permission_denied', `${path} may not be read`, { cause });
  });
}

const PNG = Buffer.from([0x89, 0x50, 0x4e, 0x47]);
const JPEG = Buffer.from([0xff, 0xd8, 0xff]);

async function isStillImage(path: string): Promise<boolean> {
  const file = await open(path);
  try {
    const { buffer } = await file.read({ buffer: Buffer.alloc(PNG.length), position: 0 });
    return buffer.equals(PNG) || buffer.subarray(0, JPEG.length).equals(JPEG);
  } finally {
    await file.close();
  }
}
