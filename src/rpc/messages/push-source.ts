import type { PushedVideo, PushFormat as DomainFormat } from '../../domain/feed.js';
import { PushFormat, type PushSource } from '../gen/surgicam/v1/feed.js';

const FORMATS: Record<DomainFormat, PushFormat> = {
  mpeg_ts: PushFormat.MPEG_TS,
  h264: PushFormat.H264,
  h265: PushFormat.H265,
  mp4: PushFormat.MP4,
  matroska: PushFormat.MATROSKA,
  pictures: PushFormat.PICTURES,
  rgb24: PushFormat.RGB24,
};

/** Formats whose frame rate is told by the producer, since the bytes hold no times. */
export const UNTIMED_FORMATS: readonly DomainFormat[] = ['h264', 'h265', 'pictures', 'rgb24'];

export const PUSH_FORMATS: ReadonlyMap<PushFormat, DomainFormat> = new Map(
  Object.entries(FORMATS).map(([name, format]) => [format, name as DomainFormat]),
);

export function pushSource({ format, width, height, frameRate }: PushedVideo): PushSource {
  const rate = UNTIMED_FORMATS.includes(format) ? frameRate : undefined;
  return { format: FORMATS[format], width, height, frameRate: rate };
}
