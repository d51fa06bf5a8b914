import type { Metric, Registry } from 'prom-client';

/** Frames. Batches are powers of two where a graphics card is busy, and anything below. */
const BUCKETS = [1, 2, 4, 8, 16, 32, 64, 128, 256];

/** A histogram of counts that another part keeps: batches by their number of frames. */
export class BatchSizeHistogram {
  readonly name = 'surgicam_batch_size';
  private sizes: ReadonlyMap<number, number> = new Map();

  constructor(registry: Registry) {
    // The registry asks nothing of a metric but its name and get(); a Histogram of prom-client counts by itself.
    registry.registerMetric(this as unknown as Metric);
  }

  set(sizes: ReadonlyMap<number, number>): void {
    this.sizes = sizes;
  }

  reset(): void {
    this.sizes = new Map();
  }

  /** The metric as prom-client writes it out. */
  get() {
    const all = [...this.sizes];
    const upTo = (limit: number): number =>
      all.reduce((sum, [size, count]) => sum + (size <= limit ? count : 0), 0);
    const frames = all.reduce((sum, [size, count]) => sum + size * count, 0);
    const value = (suffix: string, number: number, labels: object = {}) => ({
      metricName: `${this.name}_${suffix}`,
      labels,
      value: number,
    });
    return {
      name: this.name,
      help: 'Frames in a run of a model.',
      type: 'histogram',
      aggregator: 'sum',
      values: [
        ...BUCKETS.map((le) => value('bucket', upTo(le), { le })),
        value('bucket', upTo(Infinity), { le: '+Inf' }),
        value('sum', frames),
        value('count', upTo(Infinity)),
      ],
    };
  }
}
