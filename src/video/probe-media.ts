import { execFile } from 'node:child_process';
import { SurgicamError } from '../domain/errors.js';
import { locateFfmpeg } from './locate-ffmpeg.js';
import { checkSourceFile } from './source-file.js';
import { sourceDisplayName } from './source-uri.js';

/** What a media file says of itself: good for a progress bar, not for counting frames. */
export interface MediaFacts {
  readonly durationSeconds?: number;
  /** Average frames per second. */
  readonly frameRate?: number;
  /** Duration times rate. */
  readonly estimatedFrames?: number;
  readonly width: number;
  readonly height: number;
}

/**
 * Looks at a file with ffmpeg itself, since ffprobe may be missing.
 *
 * @throws SurgicamError `not_found` or `invalid_argument` when there is no video to look at.
 */
export async function probeMedia(path: string, ffmpegPath?: string): Promise<MediaFacts> {
  await checkSourceFile(path);
  const ffmpeg = await locateFfmpeg(ffmpegPath);
  const args = ['-hide_banner', '-nostdin', '-protocol_whitelist', 'file', '-i', `file:${path}`];
  const text = await new Promise<string>((resolve) => {
    // without an output ffmpeg prints what it found and ends with an error, as it should here
    execFile(ffmpeg.path, args, { timeout: 30_000, killSignal: 'SIGKILL' }, (_error, _stdout, stderr) =>
      resolve(stderr),
    );
  });
  const facts = parseMediaFacts(text);
  if (facts !== undefined) return facts;
  const name = sourceDisplayName({ kind: 'file', path });
  throw SurgicamError.invalidField('path', name, 'a media file with a video stream');
}

/** Reads what `ffmpeg -i` prints; undefined when there is no video stream in it. */
export function parseMediaFacts(text: string): MediaFacts | undefined {
  const video = /^\s*Stream #.*: Video: .*?, (\d+)x(\d+)\b.*$/m.exec(text);
  if (video === null) return undefined;
  const [line, width, height] = video;
  const rate = /, ([\d.]+)(k?) fps\b/.exec(line) ?? /, ([\d.]+)(k?) tbr\b/.exec(line);
  const frameRate = rate === null ? undefined : Number(rate[1]) * (rate[2] === 'k' ? 1000 : 1);
  const [, hours, minutes, seconds] = /^\s*Duration: (\d+):(\d+):([\d.]+)/m.exec(text) ?? [];
  const durationSeconds =
    seconds === undefined ? undefined : Number(hours) * 3600 + Number(minutes) * 60 + Number(seconds);
  return {
    width: Number(width),
    height: Number(height),
    ...(durationSeconds === undefined ? {} : { durationSeconds }),
    ...(frameRate === undefined ? {} : { frameRate }),
    ...(durationSeconds === undefined || frameRate === undefined
      ? {}
      : { estimatedFrames: Math.round(durationSeconds * frameRate) }),
  };
}
