/** The last lines of a child's log: what is needed when it fails, in bounded memory. */
export class LogRing {
  readonly #lines: string[] = [];

  constructor(private readonly capacity = 100) {}

  push(line: string): void {
    if (line.trim() === '') return;
    this.#lines.push(line.length > 500 ? `${line.slice(0, 497)}...` : line);
    if (this.#lines.length > this.capacity) this.#lines.shift();
  }

  /** Oldest first. */
  lines(): readonly string[] {
    return [...this.#lines];
  }
}
