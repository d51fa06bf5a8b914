/**
 * Back-pressure from the consumer of frames to the decoder. While the gate is closed a source must not
 * decode further (a frame already being read may still be emitted).
 */
export interface FrameGate {
  isOpen(): boolean;
  /** Calls `listener` every time the gate goes from closed to open. Returns the function that stops it. */
  onOpen(listener: () => void): () => void;
}
