import type { ModelDescription } from '../domain/model-description.js';
import { GRAPH_INPUTS } from '../onnx/graph-names.js';
import type { GraphInput, GraphInputShape } from './graph-session.js';

/** What a frame brings into a batch. */
export interface FrameInputs {
  /** RGB24 of the model's input size. */
  readonly pixels: ArrayBuffer;
  /** T_roi of every class, for what the graph computes with it. */
  readonly roiThresholds: readonly number[];
}

/** The graph's inputs for a batch. A single frame is handed over as it is, several are copied behind each other. */
export function batchInputs(
  frames: readonly FrameInputs[],
  { inputWidth, inputHeight, classes }: ModelDescription,
  shapes: readonly GraphInputShape[],
): Record<string, GraphInput> {
  const count = frames.length;
  const inputs: Record<string, GraphInput> = {
    [GRAPH_INPUTS.frames]: {
      type: 'uint8',
      data: joined(frames, inputWidth * inputHeight * 3),
      dims: [count, inputHeight, inputWidth, 3],
    },
  };
  // The runtime wants every input of the graph, even where the outputs asked for do not depend on it.
  if (shapes.some(({ name }) => name === GRAPH_INPUTS.roiThresholds)) {
    inputs[GRAPH_INPUTS.roiThresholds] = {
      type: 'float32',
      data: Float32Array.from(frames.flatMap((frame) => frame.roiThresholds)),
      dims: [count, classes.length],
    };
  }
  return inputs;
}

function joined(frames: readonly FrameInputs[], frameBytes: number): Uint8Array {
  if (frames.length === 1) return new Uint8Array(frames[0]!.pixels);
  const all = new Uint8Array(frames.length * frameBytes);
  frames.forEach(({ pixels }, index) => all.set(new Uint8Array(pixels), index * frameBytes));
  return all;
}
