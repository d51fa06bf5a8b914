import { PassThrough, type Readable } from 'node:stream';
import type { PushedVideo } from '../domain/feed.js';
import type { UnreadGate } from '../flow/unread-gate.js';

/** What a pushed feed is given beside its settings. */
export interface PushedInput {
  /** Bytes, or PushedPicture objects where the format is `pictures`. Destroyed with the feed. */
  readonly video: Readable;
  /** Holds the video back while the producer does not read; EVERY_FRAME only. If absent, nothing does. */
  readonly unread?: UnreadGate;
  /** Whether others may see the feed and follow it. */
  readonly isListed: boolean;
}

/** One picture of a producer. */
export interface PushedPicture {
  /** A JPEG or PNG file. */
  readonly bytes: Uint8Array;
  /** Presentation time, microseconds. If absent, one frame after the one before. */
  readonly mediaTimeUs?: number;
}

const BUFFERED_BYTES = 1 << 20;
const BUFFERED_PICTURES = 2;

/** A stream for what a producer sends; `write` returning false asks it to wait for `drain`. */
export function openPushChannel({ format }: PushedVideo): PassThrough {
  return format === 'pictures'
    ? new PassThrough({ objectMode: true, highWaterMark: BUFFERED_PICTURES })
    : new PassThrough({ highWaterMark: BUFFERED_BYTES });
}
