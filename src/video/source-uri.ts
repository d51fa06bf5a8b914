import { basename } from 'node:path';
import { fileURLToPath } from 'node:url';
import { SurgicamError } from '../domain/errors.js';
import type { FeedSource, PushedVideo } from '../domain/feed.js';
import { redactUri } from '../domain/redact.js';

/** Where video comes from, sorted by how ffmpeg must be told to read it. */
export type SourceUri =
  | { readonly kind: 'file'; readonly path: string }
  | { readonly kind: 'http' | 'rtmp' | 'srt' | 'udp'; readonly url: string }
  | { readonly kind: 'rtsp'; readonly url: string; readonly transport: 'tcp' | 'udp' }
  | {
      readonly kind: 'device';
      readonly driver: 'v4l2' | 'decklink';
      readonly name: string;
      /** ffmpeg's own option names, for example `video_size`. */
      readonly options: ReadonlyMap<string, string>;
    }
  | { readonly kind: 'phantom'; readonly url: string }
  /** Sent by a producer; no URI says so, and so no request can. */
  | { readonly kind: 'push'; readonly video: PushedVideo };

export type SourceKind = SourceUri['kind'];

const ALLOWED =
  'a path, file://, rtsp://, rtsps://, srt://, rtmp://, rtmps://, udp://, http://, https://, device:/dev/videoN, ' +
  'device:decklink:NAME, phantom:// (a file whose name holds a colon: file:NAME)';

const NETWORK_KINDS: Readonly<Record<string, 'http' | 'rtmp' | 'srt' | 'udp' | 'rtsp' | 'phantom'>> = {
  http: 'http',
  https: 'http',
  rtmp: 'rtmp',
  rtmps: 'rtmp',
  srt: 'srt',
  udp: 'udp',
  rtsp: 'rtsp',
  rtsps: 'rtsp',
  phantom: 'phantom',
};

/** Query names of a capture device and the ffmpeg options they stand for. */
const DEVICE_OPTIONS: Readonly<Record<string, string>> = {
  size: 'video_size',
  rate: 'framerate',
  format: 'input_format',
};

/**
 * Reads a source URI. RTSP runs over TCP; `rtsp://host/path#transport=udp` asks for UDP (a fragment, since it
 * never reaches the camera). Devices: `device:/dev/video0` (Video4Linux2, with `?size=1920x1080&rate=60&format=mjpeg`
 * where the card offers several modes) and `device:decklink:DeckLink Mini Recorder` (needs an ffmpeg built
 * with DeckLink).
 *
 * @throws SurgicamError `invalid_argument` for anything else, naming what is allowed.
 */
export function parseSourceUri(uri: string): SourceUri {
  // eslint-disable-next-line no-control-regex -- control characters are exactly what must not get through
  if (uri === '' || /[\u0000-\u001f\u007f]/.test(uri)) throw unreadable(uri);
  const scheme = /^([a-z][a-z0-9+.-]+):/i.exec(uri)?.[1]?.toLowerCase();
  if (scheme === undefined) return { kind: 'file', path: uri };
  if (scheme === 'file') return { kind: 'file', path: filePath(uri) };
  if (scheme === 'device') return parseDevice(uri.slice('device:'.length), uri);
  const kind = Object.hasOwn(NETWORK_KINDS, scheme) ? NETWORK_KINDS[scheme] : undefined;
  if (kind === undefined || !uri.slice(scheme.length).startsWith('://')) throw unreadable(uri);
  if (kind === 'phantom') return { kind, url: uri };
  if (/^[^:]+:\/\/(?:[/?#]|$)/.test(uri)) throw unreadable(uri, 'the host is missing; ');
  return kind === 'rtsp' ? parseRtsp(uri) : { kind, url: uri };
}

/** The source of a feed's settings. Error: invalid_argument. */
export function sourceOf({ uri, push }: FeedSource): SourceUri {
  return push === undefined ? parseSourceUri(uri) : { kind: 'push', video: push };
}

/** Live sources come at their own pace, cannot be rewound, and are opened again when they break. */
export function isLiveSource(source: SourceUri): boolean {
  return source.kind !== 'file' && source.kind !== 'phantom' && source.kind !== 'push';
}

/** The source as messages show it: no credential, and no folder of this machine. */
export function sourceDisplayName(source: SourceUri): string {
  if (source.kind === 'file') return basename(source.path);
  if (source.kind === 'push') return 'the pushed video';
  return source.kind === 'device' ? `device:${source.name}` : redactUri(source.url);
}

function filePath(uri: string): string {
  if (!uri.slice('file:'.length).startsWith('//')) return uri.slice('file:'.length);
  try {
    return fileURLToPath(uri);
  } catch (cause) {
    throw SurgicamError.invalidField('source.uri', uri, 'file:///absolute/path', { cause });
  }
}

function parseRtsp(uri: string): SourceUri {
  const [url = '', fragment] = uri.split('#', 2);
  const transport = fragment === undefined ? 'tcp' : /^transport=(tcp|udp)$/.exec(fragment)?.[1];
  if (transport !== 'tcp' && transport !== 'udp') {
    throw SurgicamError.invalidField('source.uri#', fragment, 'transport=tcp, transport=udp');
  }
  return { kind: 'rtsp', url, transport };
}

function parseDevice(rest: string, uri: string): SourceUri {
  const decklink = /^decklink:(.+)$/.exec(rest)?.[1];
  if (decklink !== undefined) {
    return { kind: 'device', driver: 'decklink', name: decklink, options: new Map() };
  }
  const [name = '', query = ''] = rest.split('?', 2);
  if (!/^\/dev\/[\w.-]+(?:\/[\w.:-]+)*$/.test(name) || name.includes('..')) throw unreadable(uri);
  const options = new Map<string, string>();
  for (const [key, value] of new URLSearchParams(query)) {
    const option = Object.hasOwn(DEVICE_OPTIONS, key) ? DEVICE_OPTIONS[key] : undefined;
    if (option === undefined || !/^[\w./]+$/.test(value)) {
      throw SurgicamError.invalidField(`source.uri?${key}`, value, 'size=WxH, rate=N, format=NAME');
    }
    options.set(option, value);
  }
  return { kind: 'device', driver: 'v4l2', name, options };
}

function unreadable(uri: string, why = ''): SurgicamError {
  return SurgicamError.invalidField('source.uri', redactUri(uri), `${why}${ALLOWED}`);
}
