import type { ValueRange } from './affine.js';

export interface QuantizeGraphOptions {
  /** Of the plan's tensors. */
  readonly ranges: ReadonlyMap<string, ValueRange>;
  /** Layers that stay float, by layerName. If absent, none. */
  readonly floatLayers?: ReadonlySet<string>;
  /**
   * Mean of every channel of what convolutions take: their biases are corrected by what the rounding of their weights
   * does to such an input (Nagel et al. 2019, Data-Free Quantization, 4.2). If absent, none is.
   */
  readonly channelMeans?: ReadonlyMap<string, Float32Array>;
  /** Write weights so that onnxruntime multiplies matrices with AMX where that pays; see WEIGHT_ZERO_POINT. If absent, no. */
  readonly amx?: boolean;
}
