import type { Readable } from 'node:stream';
import type { FeedSource, HardwareAcceleration } from '../domain/feed.js';
import type { FrameGate } from '../domain/frame-gate.js';
import type { Logger } from '../observability/logger.js';
import type { SourceLimits } from './source-limits.js';

/** What every source of frames is given. */
export interface FrameSourceOptions {
  readonly feedId: string;
  readonly source: FeedSource;
  /** The bytes of a source that is pushed. */
  readonly pushed?: Readable;
  /** Size of the emitted frames: the model's input size, in pixels. */
  readonly width: number;
  readonly height: number;
  readonly hardwareAcceleration: HardwareAcceleration;
  /** Number of the first frame; a restarted source goes on where the last one stopped. 0 if absent. */
  readonly firstSequence?: number;
  /** Files only: give out frames 0, n, 2n, ... of the file, and count only those. If absent, every frame. */
  readonly everyNth?: number;
  /** Back-pressure; a source without a gate is never held back. */
  readonly gate?: FrameGate;
  readonly logger: Logger;
  /**
   * Hears of every ffmpeg that is started for the source; the function tells the last lines of its log, oldest first,
   * without credentials.
   */
  readonly onFfmpeg?: (recentLog: () => readonly string[]) => void;
  /** Called before the frames complete, where the source is over for good: opened again, it would only play again. */
  readonly onEnd?: () => void;
  /** The ffmpeg to run. If absent, what `locateFfmpeg` finds. */
  readonly ffmpegPath?: string;
  /** Decoder threads of one source. If absent, up to four of the machine's. */
  readonly decoderThreads?: number;
  /**
   * Live sources only: without a single byte of video for so long, although the gate is open, the source
   * fails; three times that until its first frame, and for HLS, whose segments come in bursts of up to 10 s. If
   * absent, 5 s.
   */
  readonly silenceTimeoutMs?: number;
  /** What the source may have of this machine. If absent, anything: the operator named it himself. */
  readonly limits?: SourceLimits;
}
