import type { FrameGate } from '../../domain/frame-gate.js';

/** Resolves at once, or when the gate opens. */
export function whenOpen(gate: FrameGate): Promise<void> {
  if (gate.isOpen()) return Promise.resolve();
  return new Promise((resolve) => {
    const stop = gate.onOpen(() => {
      stop();
      resolve();
    });
  });
}
