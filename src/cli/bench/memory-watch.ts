import { familyRssBytes } from './process-stats.js';

export interface MemorySample {
  /** Since the watch began. */
  readonly seconds: number;
  readonly rssBytes: number;
}

const SAMPLE_EVERY_MS = 250;

/** Samples the memory of a process and its children until stopped. */
export class MemoryWatch {
  readonly samples: MemorySample[] = [];
  private readonly beganMs = performance.now();
  private readonly timer: NodeJS.Timeout;

  constructor(
    private readonly pid: number,
    everyMs = SAMPLE_EVERY_MS,
  ) {
    this.timer = setInterval(() => void this.sample(), everyMs);
    void this.sample();
  }

  /** Highest so far, bytes; undefined without a sample. */
  get peakBytes(): number | undefined {
    return this.samples.length === 0 ? undefined : Math.max(...this.samples.map(({ rssBytes }) => rssBytes));
  }

  stop(): void {
    clearInterval(this.timer);
  }

  private async sample(): Promise<void> {
    const seconds = (performance.now() - this.beganMs) / 1000;
    const rssBytes = await familyRssBytes(this.pid);
    if (rssBytes !== undefined) this.samples.push({ seconds, rssBytes });
  }
}

/** Growth by least squares, bytes a minute; 0 for fewer than two samples. */
export function slopePerMinute(samples: readonly MemorySample[]): number {
  const n = samples.length;
  const meanX = samples.reduce((sum, { seconds }) => sum + seconds, 0) / n;
  const meanY = samples.reduce((sum, { rssBytes }) => sum + rssBytes, 0) / n;
  let covariance = 0;
  let variance = 0;
  for (const { seconds, rssBytes } of samples) {
    covariance += (seconds - meanX) * (rssBytes - meanY);
    variance += (seconds - meanX) ** 2;
  }
  return variance === 0 || n < 2 ? 0 : (60 * covariance) / variance;
}
