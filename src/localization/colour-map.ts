const { abs, max, min } = Math;

/** The "jet" colours as OpenCV's COLORMAP_JET has them: 256 times red, green, blue. */
export const JET: Uint8Array = jet();

function jet(): Uint8Array {
  const colours = new Uint8Array(256 * 3);
  // Each channel is a trapezium of slope 4; green's is centred, red and blue mirror each other.
  const channel = (height: number, centre: number, i: number): number =>
    max(0, min(255, height - abs(4 * i - centre)));
  for (let i = 0; i < 256; i++) {
    colours[3 * i] = channel(383, 765, i);
    colours[3 * i + 1] = channel(382, 510, i);
    colours[3 * i + 2] = channel(383, 255, i);
  }
  colours[3 * 159 + 2] = 1; // OpenCV rounds this one entry of its table down
  return colours;
}

/** Index into a colour map of a heatmap value of [0, 1]: 255 times it, cut off, computed in float32. */
export function colourIndex(value: number): number {
  return max(0, min(255, Math.fround(255 * value) | 0));
}
