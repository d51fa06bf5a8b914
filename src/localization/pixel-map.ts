import type { PixelBox } from '../domain/geometry.js';
import type { RegionMap, RunSink } from './regions.js';

/** A heatmap with all of its pixels, row-major. */
export class PixelMap implements RegionMap {
  constructor(
    private readonly pixels: Float32Array,
    readonly width: number,
    readonly height: number,
  ) {}

  isAbove(x: number, y: number, threshold: number): boolean {
    return this.pixels[y * this.width + x]! > threshold;
  }

  /** Background and foreground take turns along a row. */
  scan(threshold: number, sink: RunSink): void {
    const { pixels, width, height } = this;
    for (let y = 0; y < height; y++) {
      const offset = y * width;
      const end = offset + width;
      sink.beginRow(y);
      let i = offset;
      while (i < end) {
        while (i < end && !(pixels[i]! > threshold)) i++;
        sink.add(false, i - offset);
        if (i === end) break;
        while (i < end && pixels[i]! > threshold) i++;
        sink.add(true, i - offset);
      }
      sink.endRow();
    }
  }

  mean(box: PixelBox): number {
    const { pixels, width } = this;
    // Two sums: one alone would wait for its own previous addition.
    let even = 0;
    let odd = 0;
    for (let y = box.y1; y < box.y2; y++) {
      const end = y * width + box.x2;
      let i = y * width + box.x1;
      for (; i + 1 < end; i += 2) {
        even += pixels[i]!;
        odd += pixels[i + 1]!;
      }
      if (i < end) even += pixels[i]!;
    }
    return (even + odd) / ((box.x2 - box.x1) * (box.y2 - box.y1));
  }
}
