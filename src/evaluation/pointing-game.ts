/** A label plane: which class each pixel belongs to. */
export interface ClassMask {
  readonly width: number;
  readonly height: number;
  /** Row-major; what a value means is the caller's affair. */
  readonly values: ArrayLike<number>;
}

export interface PointingScore {
  /** Heatmaps that were highest inside their object. */
  readonly hits: number;
  /** Heatmaps of objects that are there. */
  readonly total: number;
}

/**
 * The pointing game (Zhang et al., ECCV 2016): a heatmap hits when its maximum lies on the object that it explains. Every
 * class that is there is asked, whether the classifier found it or not.
 */
export class PointingGame {
  readonly #hits: number[];
  readonly #totals: number[];

  constructor(classes: number) {
    this.#hits = Array.from({ length: classes }, () => 0);
    this.#totals = Array.from({ length: classes }, () => 0);
  }

  /**
   * One heatmap against the mask of its frame; of equal maxima the first in rows counts. A mask of another size is read at
   * the place that the maximum's pixel has in the picture.
   *
   * @param heatmap row-major, `width` pixels a row.
   * @param value of the class in the mask.
   */
  add(classId: number, heatmap: Float32Array, width: number, mask: ClassMask, value: number): void {
    let best = 0;
    for (let at = 1; at < heatmap.length; at++) if (heatmap[at]! > heatmap[best]!) best = at;
    const height = heatmap.length / width;
    const x = Math.floor((((best % width) + 0.5) / width) * mask.width);
    const y = Math.floor(((Math.floor(best / width) + 0.5) / height) * mask.height);
    this.#totals[classId]!++;
    if (mask.values[y * mask.width + x] === value) this.#hits[classId]!++;
  }

  /** Of every class. */
  classes(): PointingScore[] {
    return this.#totals.map((total, k) => ({ hits: this.#hits[k]!, total }));
  }
}
