import type { Logger } from '../observability/logger.js';
import type { Provider } from './provider-selection.js';
import type { SessionTuning } from './session-tuning.js';

export interface InferenceEngineOptions {
  /** See workerLayout. If absent or 0, chosen for the machine. */
  readonly workers?: number;
  readonly intraOpThreads?: number;
  /** In the order they are tried. If absent, cuda, tensorrt, webgpu, cpu. */
  readonly providers?: readonly Provider[];
  /** Refuse any provider but the first. If absent, false. */
  readonly strict?: boolean;
  /** Most frames in a batch. If absent or 0, chosen for the provider; see batchLimit. */
  readonly maxBatch?: number;
  /** How long a frame may wait for those of other feeds, milliseconds. If absent, 2. */
  readonly maxWaitMs?: number;
  /** From a frame's coming to the end of its run, milliseconds; see waitUntilMs. If absent or 0, none. */
  readonly latencyTargetMs?: number;
  /** Most batches at a worker. If absent or 0, chosen for the provider; see pipelineDepth. */
  readonly pipelineDepth?: number;
  /** Numbers of the graphics cards that the workers share, each worker one, in turn. If absent or empty, the first. */
  readonly devices?: readonly number[];
  /** If absent, the defaults. */
  readonly tuning?: SessionTuning;
  /** A run that takes longer counts as hung, milliseconds. If absent or 0, none does. */
  readonly runTimeoutMs?: number;
  readonly logger: Logger;
}

export interface ForwardBenchmarkOptions {
  /** Frames in a run. If absent, 1. */
  readonly batch?: number;
  readonly seconds: number;
  /** If absent, those of the engine. */
  readonly workers?: number;
  readonly intraOpThreads?: number;
  /** If absent, cpu. */
  readonly provider?: Provider;
}
