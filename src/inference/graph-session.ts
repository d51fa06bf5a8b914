import type { GraphFeeds, GraphValue } from '../onnx/foreign/run-graph.js';
import type { Provider } from './provider-selection.js';
import type { SessionTuning } from './session-tuning.js';

/** A named input of a graph. */
export type GraphInput =
  | { readonly type: 'uint8'; readonly data: Uint8Array; readonly dims: readonly number[] }
  | { readonly type: 'float32'; readonly data: Float32Array; readonly dims: readonly number[] };

export interface GraphInputShape {
  readonly name: string;
  readonly type: GraphInput['type'];
  /** Sizes; the batch size, which is free, is a text. */
  readonly dims: readonly (number | string)[];
}

/**
 * A graph that can be run, by whatever means: the worker's entry makes one of onnxruntime, and nothing else of
 * the worker knows of it.
 */
export interface GraphSession {
  readonly inputs: readonly GraphInputShape[];
  /** Runs the graph on the calling thread, which is blocked for the time. Only `outputs` are fetched. */
  run(
    inputs: Readonly<Record<string, GraphInput>>,
    outputs: readonly string[],
  ): Promise<ReadonlyMap<string, Float32Array>>;
  /** The same with any element types, and with the outputs' types and sizes. */
  evaluate(feeds: GraphFeeds, outputs: readonly string[]): Promise<ReadonlyMap<string, GraphValue>>;
  release(): Promise<void>;
}

export interface SessionOptions {
  readonly provider: Provider;
  /** Threads inside one run of the graph. */
  readonly intraOpThreads: number;
  /** Number of the graphics card, for CUDA and TensorRT. If absent, 0. */
  readonly deviceId?: number;
  /** If absent, the defaults. */
  readonly tuning?: SessionTuning;
}

/** Opens a graph, a file or its bytes; fails where the provider cannot be used on this machine. */
export type OpenSession = (graph: string | Uint8Array, options: SessionOptions) => Promise<GraphSession>;
