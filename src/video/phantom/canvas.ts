/** What the renderer paints on; every plane is row-major and as large as the picture. */
export interface Canvas {
  /** Pixels. */
  readonly width: number;
  readonly height: number;
  /** Width by height of what the picture shows: 1.25 also where it is squeezed into a square. */
  readonly aspect: number;
  /** RGB24; a clamped view, so that writing rounds and saturates. */
  readonly pixels: Uint8ClampedArray<ArrayBuffer>;
  /** What is seen at a pixel: 0 tissue, 1 + 2i the shaft and 2 + 2i the tip of instrument i. */
  readonly labels: Uint8Array<ArrayBuffer>;
}

/** Side of a block of pixels over which view, light and smoke are interpolated; a power of two. */
export const BLOCK = 16;
