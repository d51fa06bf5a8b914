import type { ErrorCode } from './errors.js';
import type { DropCounts } from './frame-analysis.js';

/** Feed ids: also used in metrics and subjects, hence the narrow alphabet. */
export const FEED_ID_PATTERN = /^[a-z0-9][a-z0-9-]{0,62}$/;

export type HardwareAcceleration = 'auto' | 'cuda' | 'none';

/**
 * LIVE keeps only the newest frame when analysis is slower than the feed; drops are counted.
 * EVERY_FRAME slows the decoder down instead.
 */
export type Pacing = 'live' | 'every_frame';

/** What a producer can send. */
export type PushFormat = 'mpeg_ts' | 'h264' | 'h265' | 'mp4' | 'matroska' | 'pictures' | 'rgb24';

/** Video that a producer sends over a call of its own. */
export interface PushedVideo {
  readonly format: PushFormat;
  /** Frames per second of a format that holds no times. */
  readonly frameRate: number;
  /** Pixels; `rgb24` only, else 0. */
  readonly width: number;
  readonly height: number;
}

/** Where a feed's video comes from. `uri` may hold credentials: show it only through `redactUri`. */
export interface FeedSource {
  /** `rtsp`, `rtsps`, `srt`, `rtmp`, `udp`, `http`, `https`, `file`, `phantom`, `device`, or a plain path. */
  readonly uri: string;
  /** Files only: frames come at the media's own speed instead of as fast as possible. */
  readonly ownSpeed: boolean;
  /** Files only: start again at the end. Media times keep rising. */
  readonly loop: boolean;
  /** The video is sent by a producer; `uri` then only names it. */
  readonly push?: PushedVideo;
}

export interface FeedSettings {
  readonly id: string;
  readonly source: FeedSource;
  readonly modelName: string;
  readonly pacing: Pacing;
  readonly hardwareAcceleration: HardwareAcceleration;
}

/** Life cycle of a feed. Every state carries the wall clock of its beginning. */
export type FeedState =
  | { readonly kind: 'starting'; readonly sinceMs: number }
  | {
      readonly kind: 'live';
      readonly sinceMs: number;
      /** Frames come, and have all been the same picture since then; absent while the picture lives. */
      readonly frozenSinceMs?: number;
    }
  | { readonly kind: 'stalled'; readonly sinceMs: number }
  | {
      readonly kind: 'reconnecting';
      readonly sinceMs: number;
      readonly attempt: number;
      readonly nextTryAtMs: number;
      readonly reason: string;
    }
  | { readonly kind: 'ended'; readonly sinceMs: number }
  | {
      readonly kind: 'failed';
      readonly sinceMs: number;
      readonly reason: string;
      /** Whose fault it was. If absent, it is not known. */
      readonly code?: ErrorCode;
      /** The last lines of ffmpeg's log, oldest first, without credentials. If absent, there are none. */
      readonly sourceLog?: readonly string[];
    };

/** Every kind of state, in the order in which a feed may come to them. */
export const FEED_STATES = [
  'starting',
  'live',
  'stalled',
  'reconnecting',
  'ended',
  'failed',
] as const satisfies readonly FeedState['kind'][];

/** Counters since the feed was created. Rates are over the last few seconds, frames per second. */
export interface FeedCounters {
  readonly framesDecoded: number;
  readonly framesAnalyzed: number;
  /** The sum of `dropsByReason`. */
  readonly framesDropped: number;
  /** `rate_limited`: left out on purpose, since nobody follows the feed; no loss. */
  readonly dropsByReason: DropCounts;
  /** Times that no frame came for too long, that the picture stood still, and tries to open a lost source again. */
  readonly stalls: number;
  readonly freezes: number;
  readonly reconnects: number;
  readonly inputRate: number;
  readonly analyzedRate: number;
  /** Decoder exit to analysis complete, milliseconds, over the last analyses; 0 before the first. */
  readonly latencyP50Ms: number;
  readonly latencyP95Ms: number;
  readonly latencyP99Ms: number;
}

export interface FeedSnapshot {
  readonly settings: FeedSettings;
  readonly state: FeedState;
  readonly counters: FeedCounters;
  /** Size of the source frames in pixels; 0 until the first frame. */
  readonly frameWidth: number;
  readonly frameHeight: number;
  readonly createdAtMs: number;
}
