/** Shape of a feature map of the model, for one frame. */
export interface FeatureMapShape {
  /** Name of the graph output, for example `layer4`. */
  readonly name: string;
  readonly channels: number;
  readonly height: number;
  readonly width: number;
  /** Whether the logits' gradient by it can be computed. If absent, it can. */
  readonly hasGradient?: boolean;
}

/** How probabilities are made of logits: each by itself (multi-label), or over all classes (exactly one is right). */
export type ProbabilityFunction = 'sigmoid' | 'softmax';

/**
 * What stands between the last feature map and the logits. `gap_linear`: global average pooling and one linear layer,
 * so the gradient is the same in every cell and is the layer's own weights; `general`: anything else.
 */
export type HeadKind = 'gap_linear' | 'general';

/** What everything beyond the inference worker needs to know of a model. */
export interface ModelDescription {
  readonly name: string;
  readonly version: string;
  /** Class names in the order of the logits. */
  readonly classes: readonly string[];
  readonly inputWidth: number;
  readonly inputHeight: number;
  /** Per channel, RGB in [0, 1]. */
  readonly mean: readonly [number, number, number];
  readonly std: readonly [number, number, number];
  readonly probabilityFunction: ProbabilityFunction;
  readonly head: HeadKind;
  /** Default presence threshold T_class, in [0, 1]. */
  readonly classThreshold: number;
  /** Default heatmap threshold T_roi, in [0, 1]. */
  readonly roiThreshold: number;
  /** Index of the class that stands for the interacting tissue; absent when the model has none. */
  readonly tissueClass?: number;
  /** Shape of the Grad-CAM grid. */
  readonly gridWidth: number;
  readonly gridHeight: number;
  /** Given out by the graph, finest first; the last one's grid is the Grad-CAM grid. */
  readonly featureMaps: readonly FeatureMapShape[];
}
