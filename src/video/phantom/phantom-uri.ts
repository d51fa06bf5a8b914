import { SurgicamError } from '../../domain/errors.js';

/** What a `phantom://` URI asks for. */
export interface PhantomSettings {
  /** The same seed gives the same pictures. */
  readonly seed: number;
  readonly fps: number;
  /** Nominal size of the source in pixels; frames are drawn at the model's size at once. */
  readonly width: number;
  readonly height: number;
  /** Absent: endless. */
  readonly frames?: number;
  /** Absent: see openPhantomSource. */
  readonly pace?: PhantomPace;
}

/** `real_time` at `fps` frames a second; `fast` as fast as frames are drawn and taken. */
export type PhantomPace = 'real_time' | 'fast';

const PACES: Readonly<Record<string, PhantomPace>> = { 'real-time': 'real_time', fast: 'fast' };
const OPTIONS = ['seed', 'fps', 'size', 'width', 'height', 'frames', 'pace'];
/** No time of the scene leaves the range in which a frame's time is exact. */
const MAX_FRAMES = 1_000_000_000;

/**
 * Reads `phantom://scene?seed=1&fps=25&size=1280x1024&frames=500&pace=fast`; every option may be left out, and
 * `width=` and `height=` may stand for `size=`. Defaults: seed 1, 25 frames a second, 1280x1024, endless.
 *
 * @throws SurgicamError `invalid_argument` naming the option, its value and what is allowed.
 */
export function parsePhantomUri(uri: string): PhantomSettings {
  const match = /^phantom:\/\/([^/?#]*)\/?(?:\?([^#]*))?$/i.exec(uri);
  if (match === null || !['', 'scene'].includes(match[1]!.toLowerCase())) {
    throw SurgicamError.invalidField(
      'source.uri',
      uri,
      'phantom://scene?seed=1&fps=25&size=1280x1024&frames=500',
    );
  }
  const query = new URLSearchParams(match[2] ?? '');
  for (const name of query.keys()) {
    if (!OPTIONS.includes(name)) {
      throw SurgicamError.invalidField('source.uri', `option '${name}'`, OPTIONS.join(', '));
    }
    if (query.getAll(name).length > 1) {
      throw SurgicamError.invalidField(name, query.getAll(name), 'one value');
    }
  }
  const frames = query.get('frames');
  const pace = query.get('pace');
  if (pace !== null && !Object.hasOwn(PACES, pace)) {
    throw SurgicamError.invalidField('pace', pace, Object.keys(PACES).join(', '));
  }
  return {
    seed: whole('seed', query.get('seed') ?? '1', 0, 0x7fffffff),
    fps: rate(query.get('fps') ?? '25'),
    ...sizeOf(query),
    ...(frames === null ? {} : { frames: whole('frames', frames, 1, MAX_FRAMES) }),
    ...(pace === null ? {} : { pace: PACES[pace]! }),
  };
}

function sizeOf(query: URLSearchParams): { width: number; height: number } {
  const size = query.get('size');
  if (size === null) {
    return {
      width: whole('width', query.get('width') ?? '1280', 16, 8192),
      height: whole('height', query.get('height') ?? '1024', 16, 8192),
    };
  }
  const match = /^(\d+)x(\d+)$/.exec(size);
  if (match === null || query.has('width') || query.has('height')) {
    throw SurgicamError.invalidField(
      'size',
      size,
      'WIDTHxHEIGHT, 16x16 to 8192x8192, without width and height',
    );
  }
  return { width: whole('size', match[1]!, 16, 8192), height: whole('size', match[2]!, 16, 8192) };
}

function whole(field: string, text: string, low: number, high: number): number {
  const value = /^\d{1,12}$/.test(text) ? Number(text) : Number.NaN;
  if (!(value >= low && value <= high)) {
    throw SurgicamError.invalidField(field, text, `a whole number from ${low} to ${high}`);
  }
  return value;
}

function rate(text: string): number {
  const value = /^\d{1,4}(\.\d{1,6})?$/.test(text) ? Number(text) : Number.NaN;
  if (!(value >= 0.1 && value <= 1000)) {
    throw SurgicamError.invalidField('fps', text, 'a number from 0.1 to 1000');
  }
  return value;
}
