import { constants } from 'node:fs';
import { access, stat } from 'node:fs/promises';
import { basename } from 'node:path';
import { SurgicamError } from '../domain/errors.js';

/**
 * Refuses a file that ffmpeg could not read anyway, in words of our own. Only its name is told: the message
 * may go to someone who must not learn the folders of this machine.
 *
 * @throws SurgicamError `not_found`, `permission_denied` or `invalid_argument`.
 */
export async function checkSourceFile(path: string): Promise<void> {
  const name = basename(path);
  try {
    const info = await stat(path);
    if (info.isDirectory()) throw SurgicamError.invalidField('source.uri', name, 'a file, not a folder');
    if (info.isFile() && info.size === 0) {
      throw SurgicamError.invalidField('source.uri', name, 'a file that is not empty');
    }
    await access(path, constants.R_OK);
  } catch (cause) {
    if (cause instanceof SurgicamError) throw cause;
    const { code } = cause as NodeJS.ErrnoException;
    if (code === 'EACCES' || code === 'EPERM') {
      throw new SurgicamError('permission_denied', `the file '${name}' may not be read`, { cause });
    }
    throw SurgicamError.notFound('file', name, 'check the path of the source');
  }
}
