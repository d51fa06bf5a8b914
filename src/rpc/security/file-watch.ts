import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';

/**
 * Looks at files every so often and tells when their content changed. By content, not by the file system's events:
 * Kubernetes replaces a mounted secret by moving a link, which those do not see.
 */
export class FileWatch {
  private seen: string | undefined;
  private timer: NodeJS.Timeout | undefined;
  private stopped = false;

  /** `onChange` must not reject; while it runs nothing is looked at. */
  constructor(
    private readonly files: readonly string[],
    private readonly everyMs: number,
    private readonly onChange: () => Promise<void>,
  ) {}

  /** What is there now is what changes are told from. */
  async start(): Promise<void> {
    this.seen = await digestOfFiles(this.files);
    this.schedule();
  }

  stop(): void {
    this.stopped = true;
    clearTimeout(this.timer);
  }

  private schedule(): void {
    if (this.stopped) return;
    this.timer = setTimeout(() => {
      void this.look().finally(() => this.schedule());
    }, this.everyMs).unref();
  }

  private async look(): Promise<void> {
    const now = await digestOfFiles(this.files);
    if (now === this.seen || this.stopped) return;
    this.seen = now;
    await this.onChange();
  }
}

/** A file that cannot be read counts as empty: it may be in the middle of being replaced. */
async function digestOfFiles(files: readonly string[]): Promise<string> {
  const contents = await Promise.all(files.map((file) => readFile(file).catch(() => Buffer.alloc(0))));
  const hash = createHash('sha256');
  for (const content of contents) hash.update(`${content.length}:`).update(content);
  return hash.digest('hex');
}
