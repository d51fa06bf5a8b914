import { execFile } from 'node:child_process';
import { constants } from 'node:fs';
import { access, chmod, stat } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { delimiter, join } from 'node:path';
import { promisify } from 'node:util';
import { SurgicamError } from '../domain/errors.js';

export interface FfmpegInstallation {
  readonly path: string;
  /** As ffmpeg prints it, for example `5.1.9-0+deb12u1` or `N-47683-g0e8eb07980-static`. */
  readonly version: string;
  /** Version of its libavformat: the one thing every build states in the same way. */
  readonly libavformat: readonly [major: number, minor: number];
  readonly origin: 'system' | 'npm' | 'configured';
}

/** A dynamically linked ffmpeg needs 0.1 s to start on a warm machine; a cold container disk takes seconds. */
const PROBE_TIMEOUT_MS = 30_000;

const run = promisify(execFile);
const found = new Map<string, Promise<FfmpegInstallation>>();

/**
 * The ffmpeg to use: the configured one (argument, else the environment variable SURGICAM_FFMPEG), else the
 * first on PATH, else the one inside the npm package `@ffmpeg-installer/ffmpeg`. Asked once per path.
 *
 * @throws SurgicamError `failed_precondition` when the configured one, or every candidate, cannot be run.
 */
export function locateFfmpeg(configured = process.env.SURGICAM_FFMPEG): Promise<FfmpegInstallation> {
  const key = configured === '' ? undefined : configured;
  const cached = found.get(key ?? '');
  if (cached !== undefined) return cached;
  const pending = key === undefined ? locateDefault() : inspect(key, 'configured');
  found.set(key ?? '', pending);
  pending.catch(() => found.delete(key ?? '')); // the next call looks again: it may have been installed
  return pending;
}

async function locateDefault(): Promise<FfmpegInstallation> {
  const system = await findOnPath();
  if (system !== undefined) {
    try {
      return await inspect(system, 'system');
    } catch {
      // a broken system build (a missing library, say) must not hide the one that came with npm
    }
  }
  return inspect(await npmFfmpeg(), 'npm');
}

async function findOnPath(): Promise<string | undefined> {
  for (const folder of (process.env.PATH ?? '').split(delimiter)) {
    const candidate = join(folder, 'ffmpeg');
    if (folder !== '' && (await isExecutable(candidate))) return candidate;
  }
  return undefined;
}

async function npmFfmpeg(): Promise<string> {
  let path: string;
  try {
    // The package throws a string on a platform it has no build for, so it is loaded only when needed.
    path = (createRequire(import.meta.url)('@ffmpeg-installer/ffmpeg') as { path: string }).path;
  } catch (cause) {
    throw new SurgicamError(
      'failed_precondition',
      `no ffmpeg on PATH, and none in npm for ${process.platform}-${process.arch}: install ffmpeg, or set SURGICAM_FFMPEG`,
      { cause },
    );
  }
  // npm may have been told to run no install scripts; the executable bit is set by one.
  if (!(await isExecutable(path))) await chmod(path, 0o755).catch(() => undefined);
  return path;
}

async function isExecutable(path: string): Promise<boolean> {
  try {
    await access(path, constants.X_OK);
    return (await stat(path)).isFile();
  } catch {
    return false;
  }
}

async function inspect(path: string, origin: FfmpegInstallation['origin']): Promise<FfmpegInstallation> {
  try {
    const { stdout } = await run(path, ['-version'], { timeout: PROBE_TIMEOUT_MS });
    return { path, origin, ...parseVersion(stdout) };
  } catch (cause) {
    const why = cause instanceof Error ? (cause.message.split('\n')[0] ?? '') : String(cause);
    throw new SurgicamError(
      'failed_precondition',
      `the ${origin} ffmpeg ${path} cannot be run (${why}); install ffmpeg, or set SURGICAM_FFMPEG to its path`,
      { cause },
    );
  }
}

/** Reads what `ffmpeg -version` prints. */
export function parseVersion(text: string): Pick<FfmpegInstallation, 'version' | 'libavformat'> {
  const version = /^ffmpeg version (\S+)/m.exec(text)?.[1];
  const libavformat = /^libavformat\s+(\d+)\.\s*(\d+)\./m.exec(text);
  if (version === undefined || libavformat === null) throw new Error('it does not answer like ffmpeg');
  return { version, libavformat: [Number(libavformat[1]), Number(libavformat[2])] };
}
