import { execFile } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import { promisify } from 'node:util';
import { SurgicamError } from '../domain/errors.js';
import type { HardwareAcceleration } from '../domain/feed.js';
import type { FfmpegInstallation } from './locate-ffmpeg.js';
import type { SourceUri } from './source-uri.js';

export interface FfmpegCapabilities {
  /** Protocols it can read from, for example `srt`. */
  readonly protocols: ReadonlySet<string>;
  /** Methods of hardware decoding it was built with, for example `cuda`. */
  readonly hwaccels: ReadonlySet<string>;
}

const run = promisify(execFile);
const known = new Map<string, Promise<FfmpegCapabilities>>();

/** What a build of ffmpeg can do. Asked once per path. */
export function ffmpegCapabilities(path: string): Promise<FfmpegCapabilities> {
  let answer = known.get(path);
  if (answer === undefined) {
    answer = ask(path);
    known.set(path, answer);
    answer.catch(() => known.delete(path));
  }
  return answer;
}

async function ask(path: string): Promise<FfmpegCapabilities> {
  const [protocols, hwaccels] = await Promise.all([
    run(path, ['-hide_banner', '-protocols'], { timeout: 30_000 }),
    run(path, ['-hide_banner', '-hwaccels'], { timeout: 30_000 }),
  ]);
  return {
    protocols: words(protocols.stdout.split(/^Output:/m)[0] ?? ''),
    hwaccels: words(hwaccels.stdout),
  };
}

/** The lines that are one word: the rest are headings. */
function words(text: string): Set<string> {
  return new Set([...text.matchAll(/^\s*(\w+)\s*$/gm)].map((match) => match[1] ?? ''));
}

/**
 * What to tell ffmpeg about hardware decoding. `auto` asks for it only where the build knows a method whose
 * device exists here: trying in vain costs time at every start and fills the log with errors.
 *
 * @throws SurgicamError `failed_precondition` when `cuda` is demanded of a build without it.
 */
export function resolveHardwareAcceleration(
  wish: HardwareAcceleration,
  ffmpeg: FfmpegInstallation,
  capabilities: FfmpegCapabilities,
  devices: HardwareDevices,
): HardwareAcceleration {
  if (wish === 'none') return 'none';
  if (wish === 'cuda') {
    if (capabilities.hwaccels.has('cuda')) return 'cuda';
    throw new SurgicamError(
      'failed_precondition',
      `the ${ffmpeg.origin} ffmpeg ${ffmpeg.version} was built without CUDA decoding; ` +
        'install one with it and set SURGICAM_FFMPEG, or use hardware acceleration auto or none',
    );
  }
  const has = (method: string): boolean => capabilities.hwaccels.has(method);
  const usable = (devices.nvidia && has('cuda')) || (devices.render && (has('vaapi') || has('qsv')));
  return usable ? 'auto' : 'none';
}

/** @throws SurgicamError `failed_precondition` when this build cannot speak the source's protocol. */
export function checkProtocol(
  source: SourceUri,
  ffmpeg: FfmpegInstallation,
  capabilities: FfmpegCapabilities,
): void {
  if (!('url' in source) || source.kind === 'phantom') return;
  const scheme = source.url.slice(0, source.url.indexOf(':')).toLowerCase();
  const needed = { rtsp: 'tcp', rtsps: 'tls' }[scheme] ?? scheme; // RTSP itself is not a protocol to ffmpeg
  if (capabilities.protocols.has(needed)) return;
  throw new SurgicamError(
    'failed_precondition',
    `the ${ffmpeg.origin} ffmpeg ${ffmpeg.version} was built without ${needed}, which ${scheme}:// needs; ` +
      'install one with it and set SURGICAM_FFMPEG',
  );
}

export interface HardwareDevices {
  readonly nvidia: boolean;
  /** A DRM render node, which VA-API and Quick Sync need. */
  readonly render: boolean;
}

export function findHardwareDevices(): HardwareDevices {
  let render = false;
  try {
    render = readdirSync('/dev/dri').some((name) => name.startsWith('renderD'));
  } catch {
    // no such folder: no such device
  }
  return { nvidia: existsSync('/dev/nvidiactl'), render };
}
