import type { AnalysisProduct } from '../domain/frame-analysis.js';
import type { KeyedRecipe } from '../domain/analysis-recipe.js';
import { SurgicamError, type ErrorCode } from '../domain/errors.js';
import type { ModelDescription } from '../domain/model-description.js';
import type { GraphFeeds, GraphValue } from '../onnx/foreign/run-graph.js';
import type { Provider } from './provider-selection.js';
import type { RecipeReference } from './recipe-slots.js';
import type { SessionTuning } from './session-tuning.js';

// What goes between the main thread and an inference worker. Every request has an id and gets one response with
// the same id. Frame buffers are transferred to the worker, the results' buffers back.

export interface LoadRequest {
  /** By what later requests name the model. */
  readonly modelKey: string;
  readonly graphPath: string;
  /** SHA-256 that the graph file must still have, hexadecimal. If absent, it is not looked at. */
  readonly graphSha256?: string;
  /** Names that may be fetched from the graph. */
  readonly graphOutputs: readonly string[];
  readonly description: ModelDescription;
  /** Tried in this order; one alone is a must. */
  readonly providers: readonly Provider[];
  readonly strict: boolean;
  readonly intraOpThreads: number;
  /** See SessionOptions. */
  readonly deviceId?: number;
  readonly tuning?: SessionTuning;
  /** See batchLimit. A batch of one and a full one are run once, so that no real frame pays for the first run. */
  readonly maxBatch: number;
}

export interface LoadReply {
  readonly provider: Provider;
  readonly fallbackReason?: string;
}

export interface ReleaseRequest {
  readonly modelKey: string;
}

export interface FrameJob {
  /** RGB24 of the model's input size, the whole buffer. */
  readonly pixels: ArrayBuffer;
  readonly recipes: readonly KeyedRecipe[];
}

export interface RunRequest {
  readonly modelKey: string;
  readonly frames: readonly FrameJob[];
}

/** A RunRequest as it crosses threads. */
export interface SentRunRequest {
  readonly modelKey: string;
  readonly frames: readonly { readonly pixels: ArrayBuffer; readonly recipes: RecipeReference }[];
}

export interface FrameResult {
  readonly logits: Float32Array;
  readonly probabilities: Float32Array;
  /** In the order of the job's recipes. */
  readonly products: readonly AnalysisProduct[];
  /** Time for all products, microseconds. */
  readonly explanationUs: number;
}

export interface RunReply {
  readonly frames: readonly FrameResult[];
  /** Time of the graph's run, which the frames of the batch share, microseconds. */
  readonly inferenceUs: number;
  /** Names of the graph outputs that were fetched. */
  readonly outputs: readonly string[];
}

export interface BenchmarkVariant {
  readonly graphPath: string;
  /** Fetched outputs. */
  readonly outputs: readonly string[];
}

export interface BenchmarkRequest {
  /** Run in turns, so that what else the machine does falls on all alike. */
  readonly variants: readonly BenchmarkVariant[];
  readonly batch: number;
  /** Of all variants together. */
  readonly seconds: number;
  readonly intraOpThreads: number;
  readonly provider: Provider;
}

export interface BenchmarkReply {
  /** Of every variant: milliseconds of each run. */
  readonly runsMs: readonly Float64Array[];
}

/** A graph that is opened, run once and forgotten. */
export interface EvaluateRequest {
  readonly graph: Uint8Array;
  readonly feeds: GraphFeeds;
  readonly outputs: readonly string[];
  readonly intraOpThreads: number;
}

export type EvaluateReply = ReadonlyMap<string, GraphValue>;

/** A graph that stays open until it is released. */
export interface OpenRequest {
  readonly graph: Uint8Array;
  readonly intraOpThreads: number;
}

export interface OpenReply {
  /** Of this worker; another one does not know it. */
  readonly graphId: number;
}

export interface EvaluateOpenedRequest {
  readonly graphId: number;
  readonly feeds: GraphFeeds;
  readonly outputs: readonly string[];
}

/** Every call a worker answers: what it is asked and what it replies. */
export interface WorkerCalls {
  readonly load: { readonly request: LoadRequest; readonly reply: LoadReply };
  readonly run: { readonly request: RunRequest; readonly reply: RunReply };
  /** Gives a model's memory back after the runs that were asked before. One that is not loaded is no error. */
  readonly release: { readonly request: ReleaseRequest; readonly reply: null };
  readonly benchmark: { readonly request: BenchmarkRequest; readonly reply: BenchmarkReply };
  readonly evaluate: { readonly request: EvaluateRequest; readonly reply: EvaluateReply };
  readonly open: { readonly request: OpenRequest; readonly reply: OpenReply };
  readonly evaluateOpened: { readonly request: EvaluateOpenedRequest; readonly reply: EvaluateReply };
  readonly closeOpened: { readonly request: { readonly graphId: number }; readonly reply: null };
  /** Answered at once, between two runs too: whether the thread still works. */
  readonly ping: { readonly request: null; readonly reply: null };
  /** Gives everything back and ends the thread. */
  readonly close: { readonly request: null; readonly reply: null };
  /** Ends the thread between two runs, whatever else was asked. Not answered. */
  readonly quit: { readonly request: null; readonly reply: null };
}

export type WorkerCall = keyof WorkerCalls;

/** What a call's request becomes on its way. */
type Sent<C extends WorkerCall> = C extends 'run' ? SentRunRequest : WorkerCalls[C]['request'];

export type WorkerRequest = {
  readonly [C in WorkerCall]: {
    readonly id: number;
    readonly call: C;
    readonly request: Sent<C>;
  };
}[WorkerCall];

/** An error as it crosses threads: structured cloning would lose its class. */
export interface ErrorMessage {
  readonly code: ErrorCode;
  readonly message: string;
}

export type WorkerResponse =
  | { readonly id: number; readonly ok: true; readonly reply: WorkerCalls[WorkerCall]['reply'] }
  | { readonly id: number; readonly ok: false; readonly error: ErrorMessage };

export function toErrorMessage(thrown: unknown): ErrorMessage {
  const { code, message } = SurgicamError.from(thrown);
  return { code, message };
}

export function fromErrorMessage({ code, message }: ErrorMessage): SurgicamError {
  return new SurgicamError(code, message);
}
