import type { FeedSource, HardwareAcceleration } from '../domain/feed.js';
import type { FrameGate } from '../domain/frame-gate.js';
import type { Logger } from '../observability/logger.js';

/** What every source of frames is given. */
export interface FrameSourceOptions {
  readonly feedId: string;
  readonly source: FeedSource;
  /** Size of the emitted frames: the model's input size, in pixels. */
  readonly width: number;
  readonly height: number;
  readonly hardwareAcceleration: HardwareAcceleration;
  /** Number of the first frame; a restarted source goes on where the last one stopped. 0 if absent. */
  readonly firstSequence?: number;
  /** Back-pressure; a source without a gate is never held back. */
  readonly gate?: FrameGate;
  readonly logger: Logger;
}
