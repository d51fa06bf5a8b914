/** A named input of a graph that is run once. */
export type GraphFeed =
  | { readonly type: 'uint8'; readonly data: Uint8Array; readonly dims: readonly number[] }
  | { readonly type: 'float32'; readonly data: Float32Array; readonly dims: readonly number[] }
  | { readonly type: 'int64'; readonly data: BigInt64Array; readonly dims: readonly number[] };

export type GraphFeeds = Readonly<Record<string, GraphFeed>>;

/** What a graph gave out. */
export interface GraphValue {
  /** Element type, for example `float32`. */
  readonly type: string;
  readonly data: Float32Array | BigInt64Array;
  readonly dims: readonly number[];
}

/** A graph that is opened once and run many times. Close it: it holds its weights. */
export interface OpenedGraph {
  /** Runs it on the processor and fetches `outputs`, whose buffers are the caller's own. */
  run(feeds: GraphFeeds, outputs: readonly string[]): Promise<ReadonlyMap<string, GraphValue>>;
  close(): Promise<void>;
}

/** Opens a graph on the processor. Rejects with what the runtime says about a graph that it cannot open. */
export type OpenGraph = (graph: Uint8Array) => Promise<OpenedGraph>;

/**
 * Opens a graph, runs it once on the processor and fetches `outputs`: the way to onnxruntime of those who may not import
 * it. Rejects with what the runtime says about a graph that it cannot open or run.
 */
export type RunGraph = (
  graph: Uint8Array,
  feeds: GraphFeeds,
  outputs: readonly string[],
) => Promise<ReadonlyMap<string, GraphValue>>;
