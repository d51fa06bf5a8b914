import type { HistoryLimits } from '../bus/history-ring.js';
import type { FrameFacts } from '../domain/frame-analysis.js';
import type { InferenceEngine } from '../inference/inference-engine.js';
import type { Logger } from '../observability/logger.js';
import type { SourceLimits } from '../video/source-limits.js';
import type { ReconnectOptions } from './reconnect-policy.js';
import type { RecipeBookOptions } from './recipe-book.js';

/** What all feeds of a service share. */
export interface FeedOptions {
  readonly engine: Pick<InferenceEngine, 'analyze' | 'createGate'>;
  readonly logger: Logger;
  readonly history: HistoryLimits;
  /** Without a frame for so long a feed counts as stalled, milliseconds. */
  readonly stallAfterMs: number;
  /** With the same picture for so long a live feed counts as frozen, milliseconds; 0: never. */
  readonly frozenAfterMs: number;
  /** LIVE feeds that nobody follows: analyses per second, scores and boxes; 0: none. */
  readonly idleRate: number;
  readonly reconnect: ReconnectOptions;
  readonly recipes: RecipeBookOptions;
  /** How long a feed that is closed may take for the frames that are on their way, milliseconds. */
  readonly drainTimeoutMs: number;
  /** Without a picture for so long a live source is opened again, milliseconds. If absent, the source's default. */
  readonly silenceAfterMs?: number;
  /** Hears of every analysis when it has been published. If absent, nobody does. */
  readonly onAnalyzed?: (facts: FrameFacts) => void;
  /** The ffmpeg to run. If absent, the one that is found. */
  readonly ffmpegPath?: string;
  /** What sources may have of this machine. If absent, anything. */
  readonly sourceLimits?: SourceLimits;
}
