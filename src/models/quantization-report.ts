import type { LayerReport } from '../onnx/quantize/describe-layers.js';
import type { Fidelity } from './quantization-fidelity.js';

/** A way of quantizing that was tried on the selection frames. */
export interface QuantizationCandidate {
  /** For example `percentile 99.99`. */
  readonly method: string;
  readonly biasCorrection: boolean;
  readonly floatLayers: readonly string[];
  readonly fidelity: Fidelity;
  /** See shareOfAllowance. */
  readonly shareOfAllowance: number;
}

/** Everything that quantizing a model has measured. */
export interface QuantizationReport {
  readonly model: string;
  readonly sourceGraphSha256: string;
  readonly frames: { readonly calibration: number; readonly selection: number; readonly heldOut: number };
  readonly candidates: readonly QuantizationCandidate[];
  readonly chosen: Omit<QuantizationCandidate, 'fidelity' | 'shareOfAllowance'>;
  /** On the frames held out. */
  readonly fidelity: Fidelity;
  readonly bounds: Partial<Record<keyof Fidelity, number>>;
  /** What falls below its bound; empty when the model is near enough. */
  readonly missed: readonly string[];
  readonly layers: readonly LayerReport[];
}
