import { probeMedia } from '../../video/probe-media.js';
import type { AnalysisInput } from './analysis-input.js';

/** About how many frames the inputs have, for a progress bar; undefined when one of them does not say. */
export async function estimateFrames(
  inputs: readonly AnalysisInput[],
  ffmpegPath?: string,
): Promise<number | undefined> {
  let total = 0;
  for (const input of inputs) {
    if (input.kind === 'stream') return undefined;
    if (input.kind === 'image') total += 1;
    else {
      const { estimatedFrames } = await probeMedia(input.path, ffmpegPath);
      if (estimatedFrames === undefined) return undefined;
      total += estimatedFrames;
    }
  }
  return total;
}
