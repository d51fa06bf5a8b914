/**
 * Runs of equal pixels, row by row, joined into connected components by union-find. Linear in the number of pixels
 * and, but for growing, free of allocation: one instance is used for frame after frame.
 */
export class RunTable {
  count = 0;
  private starts = new Int32Array(256);
  private ends = new Int32Array(256);
  private rows = new Int32Array(256);
  private parents = new Int32Array(256);

  clear(): void {
    this.count = 0;
  }

  /** Adds the run [start, end) of a row; returns its index. */
  add(row: number, start: number, end: number): number {
    if (this.count === this.starts.length) this.grow();
    const index = this.count++;
    this.rows[index] = row;
    this.starts[index] = start;
    this.ends[index] = end;
    this.parents[index] = index;
    return index;
  }

  row(index: number): number {
    return this.rows[index]!;
  }

  start(index: number): number {
    return this.starts[index]!;
  }

  end(index: number): number {
    return this.ends[index]!;
  }

  /** The run that stands for the component of a run: its first one. */
  find(index: number): number {
    const { parents } = this;
    let root = index;
    while (parents[root] !== root) {
      parents[root] = parents[parents[root]!]!;
      root = parents[root]!;
    }
    return root;
  }

  /**
   * Joins the runs [from, middle) of one row with the runs [middle, to) of the next. `reach` is 1 where pixels that
   * touch at a corner are neighbours (8-connected), 0 where they are not (4-connected).
   */
  joinRows(from: number, middle: number, to: number, reach: 0 | 1): void {
    let above = from;
    let below = middle;
    while (above < middle && below < to) {
      if (
        this.starts[above]! < this.ends[below]! + reach &&
        this.starts[below]! < this.ends[above]! + reach
      ) {
        this.union(above, below);
      }
      if (this.ends[above]! < this.ends[below]!) above++;
      else below++;
    }
  }

  private union(a: number, b: number): void {
    const first = this.find(a);
    const second = this.find(b);
    this.parents[Math.max(first, second)] = Math.min(first, second);
  }

  private grow(): void {
    const larger = (array: Int32Array): Int32Array<ArrayBuffer> => {
      const copy = new Int32Array(array.length * 2);
      copy.set(array);
      return copy;
    };
    this.starts = larger(this.starts);
    this.ends = larger(this.ends);
    this.rows = larger(this.rows);
    this.parents = larger(this.parents);
  }
}
