/** Names of a model graph's inputs and outputs: the contract between importer, manifest and inference. */
export const GRAPH_INPUTS = {
  /** uint8 [N, H, W, 3], RGB. */
  frames: 'frames',
  /** float32 [N, K], T_roi of every frame and class; only graphs that compute SL-FE have it. */
  roiThresholds: 'roi_thresholds',
} as const;

/** Where the bytes of frames have become what the network takes; a graph has one of these. float32 [N, 3, H, W]: */
export const PROLOG_TENSORS = {
  /** RGB in [0, 255] minus the mean; the first convolution's weights hold the division by the standard deviation. */
  centred: 'frames.centred',
  /**
   * Of 8-bit graphs: uint8 [N, 12, h, w], every 2 x 2 pixels of the frame, bordered with the mean colour, as one cell of
   * 12 channels (rows, columns, RGB). The first convolution subtracts the mean with its bias.
   */
  cells: 'frames.cells',
  /** (RGB / 255 - mean) / std, what a foreign network takes. */
  normalized: 'frames.normalized',
} as const;

export const GRAPH_OUTPUTS = {
  /** float32 [N, K]. */
  logits: 'logits',
  /** float32 [N, K, h, w], scaled per class to [0, 1]. */
  gradcam: 'gradcam',
  /** float32 [N, C, h, w]. */
  layer2: 'layer2',
  layer3: 'layer3',
  layer4: 'layer4',
  /** float32 [N, K, 512]; all zero where no cell is masked. */
  slfe: 'slfe',
  /** float32 [N, K], number of masked cells; 0: the class has no feature. */
  slfeCells: 'slfe_cells',
} as const;

/** Constant [K, C, 1, 1]: head weights divided by the number of cells, the gradient that Grad-CAM weighs channels by. */
export const HEAD_GRADIENT = 'gradcam.weight';

/** Length of a region feature. */
export const FEATURE_LENGTH = 512;
