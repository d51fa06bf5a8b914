/** What the graph computed for one frame; the graph contract is in `onnx/graph-names.ts`. K classes, h x w grid cells. */
export interface GraphOutputs {
  /** [K] */
  readonly logits: Float32Array;
  /** [K, h, w], scaled to [0, 1]; absent when nothing asked for it. */
  readonly gradcam?: Float32Array;
  /** [K, 512] and [K]: features under `slfeThresholds`, and how many cells each averages. */
  readonly slfe?: Float32Array;
  readonly slfeCells?: Float32Array;
  readonly slfeThresholds?: readonly number[];
  /** [C, h, w] by name: the feature maps that were asked for. */
  readonly featureMaps?: ReadonlyMap<string, Float32Array>;
  /** [K, C]: the gradient of every logit by every channel of the last feature map, where it is the same in every cell. */
  readonly headWeights?: Float32Array;
}
