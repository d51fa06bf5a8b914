import { realpath } from 'node:fs/promises';
import { isAbsolute, relative, resolve, sep } from 'node:path';
import { SurgicamError } from '../../domain/errors.js';

/**
 * Path of a file that a remote client may have played: below `mediaRoot`, links followed. Relative paths are taken
 * from there. Without a media root no file may be played.
 */
export async function mediaPath(field: string, path: string, mediaRoot: string | undefined): Promise<string> {
  if (mediaRoot === undefined) {
    throw new SurgicamError(
      'permission_denied',
      `${field}: this server plays no files; it has no media root`,
    );
  }
  const root = resolve(mediaRoot);
  const wanted = resolve(root, path);
  // Checked before the file system is asked, so that nobody learns which files exist elsewhere.
  if (isOutside(root, wanted)) throw outside(field);
  const realRoot = await realpath(root).catch((cause: unknown) => {
    throw new SurgicamError('failed_precondition', 'the media root of this server does not exist', { cause });
  });
  const found = await realpath(wanted).catch((cause: unknown) => {
    throw new SurgicamError('not_found', `${field}: there is no such file below the media root`, {
      cause,
      resource: { type: 'file', name: relative(root, wanted) },
    });
  });
  if (isOutside(realRoot, found)) throw outside(field);
  return found;
}

function isOutside(root: string, candidate: string): boolean {
  const way = relative(root, candidate);
  return way === '..' || way.startsWith(`..${sep}`) || isAbsolute(way);
}

function outside(field: string): SurgicamError {
  return new SurgicamError('permission_denied', `${field}: only files below the media root may be played`);
}
