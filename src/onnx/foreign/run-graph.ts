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

/**
 * Opens a graph, runs it once on the processor and fetches `outputs`: the way to onnxruntime of those who may not import
 * it. Rejects with what the runtime says about a graph that it cannot open or run.
 */
export type RunGraph = (
  graph: Uint8Array,
  feeds: GraphFeeds,
  outputs: readonly string[],
) => Promise<ReadonlyMap<string, GraphValue>>;
