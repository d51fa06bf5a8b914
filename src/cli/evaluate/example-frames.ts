/** A frame and how well it was told, from 0 to 1. */
export interface ScoredFrame {
  readonly index: number;
  readonly score: number;
}

/** Keeps the `count` best and worst frames of many. Of equal scores the earlier frame is kept. */
export class ExampleFrames {
  #best: ScoredFrame[] = [];
  #worst: ScoredFrame[] = [];

  constructor(private readonly count: number) {}

  add(frame: ScoredFrame): void {
    this.#best = this.#kept([...this.#best, frame], (a, b) => b.score - a.score);
    this.#worst = this.#kept([...this.#worst, frame], (a, b) => a.score - b.score);
  }

  /** Best first. */
  get best(): readonly ScoredFrame[] {
    return this.#best;
  }

  /** Worst first; a frame that is among the best already is left out. */
  get worst(): readonly ScoredFrame[] {
    return this.#worst.filter(({ index }) => !this.#best.some((best) => best.index === index));
  }

  #kept(frames: ScoredFrame[], order: (a: ScoredFrame, b: ScoredFrame) => number): ScoredFrame[] {
    return frames.sort((a, b) => order(a, b) || a.index - b.index).slice(0, this.count);
  }
}
