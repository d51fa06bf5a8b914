import { createReadStream } from 'node:fs';
import { readFile, stat } from 'node:fs/promises';
import { extname } from 'node:path';
import { openFolder } from '../../datasets/folder.js';
import { SurgicamError } from '../../domain/errors.js';
import { PushFormat } from '../../rpc/gen/surgicam/v1/feed.js';

export const FORMAT_NAMES = {
  'mpeg-ts': PushFormat.MPEG_TS,
  mp4: PushFormat.MP4,
  matroska: PushFormat.MATROSKA,
  h264: PushFormat.H264,
  h265: PushFormat.H265,
  pictures: PushFormat.PICTURES,
  rgb24: PushFormat.RGB24,
} as const;

export type FormatName = keyof typeof FORMAT_NAMES;

const BY_EXTENSION: Readonly<Record<string, FormatName>> = {
  '.ts': 'mpeg-ts',
  '.m2ts': 'mpeg-ts',
  '.mp4': 'mp4',
  '.m4v': 'mp4',
  '.mov': 'mp4',
  '.mkv': 'matroska',
  '.webm': 'matroska',
  '.h264': 'h264',
  '.264': 'h264',
  '.h265': 'h265',
  '.265': 'h265',
  '.hevc': 'h265',
  '.rgb': 'rgb24',
};

const CHUNK_BYTES = 64 * 1024;

/** What there is to push, and as what. */
export interface PushedFile {
  readonly format: FormatName;
  /** Chunks to send, each read when it is asked for. */
  readonly video: AsyncIterable<Uint8Array>;
}

/**
 * A file, a folder of JPEG and PNG pictures in the order of their names, or `-` for standard input. Errors:
 * invalid_argument, where the format cannot be told; not_found.
 */
export async function openPushedFile(path: string, named: FormatName | undefined): Promise<PushedFile> {
  if (path === '-') {
    if (named === undefined || named === 'pictures') {
      throw SurgicamError.invalidField('--format', named, 'a container or codec, with - for the video');
    }
    return { format: named, video: process.stdin };
  }
  const info = await stat(path).catch(() => undefined);
  if (info === undefined)
    throw SurgicamError.notFound('file', path, 'name a file, a folder of pictures, or -');
  if (info.isDirectory()) {
    if (named !== undefined && named !== 'pictures') {
      throw SurgicamError.invalidField('--format', named, 'pictures, or nothing, for a folder');
    }
    return { format: 'pictures', video: pictures(path) };
  }
  const format = named ?? BY_EXTENSION[extname(path).toLowerCase()];
  if (format === undefined || format === 'pictures') {
    const allowed = `${Object.keys(FORMAT_NAMES).join(', ')} (pictures are a folder)`;
    throw SurgicamError.invalidField('--format', format, allowed);
  }
  return { format, video: createReadStream(path, { highWaterMark: CHUNK_BYTES }) };
}

async function* pictures(folder: string): AsyncGenerator<Uint8Array, void, undefined> {
  const { frames } = await openFolder(folder, { classes: [] });
  for (const { imagePath } of frames) {
    if (imagePath !== undefined) yield await readFile(imagePath);
  }
}
