import { Histogram, type Registry } from 'prom-client';
import type { FrameFacts } from '../../domain/frame-analysis.js';

/** Seconds. 0.12 is a bucket's end because the promise of the service is 120 ms. */
const LATENCY_BUCKETS = [
  0.001, 0.0025, 0.005, 0.01, 0.02, 0.03, 0.04, 0.06, 0.08, 0.1, 0.12, 0.16, 0.25, 0.5, 1, 2.5, 5,
];

/** Where the time of analysed frames goes: observed frame by frame, since no counter keeps it. */
export class LatencyMetrics {
  private readonly queue: Histogram<'model'>;
  private readonly inference: Histogram<'model'>;
  private readonly explanation: Histogram<'model'>;
  private readonly latency: Histogram<'feed'>;

  constructor(registry: Registry) {
    const stage = (name: string, help: string) =>
      new Histogram({
        name: `surgicam_${name}_duration_seconds`,
        help,
        labelNames: ['model'] as const,
        buckets: LATENCY_BUCKETS,
        registers: [registry],
      });
    this.queue = stage('queue', 'Time of a frame from the decoder to its run of the model.');
    this.inference = stage('inference', 'Time of the run of the model that a frame shared with its batch.');
    this.explanation = stage('explanation', 'Time of heatmaps, boxes and features of a frame.');
    this.latency = new Histogram({
      name: 'surgicam_frame_latency_seconds',
      help: 'Time of a frame from the decoder to its complete analysis.',
      labelNames: ['feed'] as const,
      buckets: LATENCY_BUCKETS,
      registers: [registry],
    });
  }

  observe({ feedId, modelName, timing, ...times }: FrameFacts): void {
    const model = { model: modelName };
    this.queue.observe(model, timing.queueUs / 1e6);
    this.inference.observe(model, timing.inferenceUs / 1e6);
    this.explanation.observe(model, timing.explanationUs / 1e6);
    const latencyMs = times.analyzedAtMonotonicMs - times.capturedAtMonotonicMs;
    this.latency.observe({ feed: feedId }, latencyMs / 1000);
  }

  /** Whoever creates and deletes feeds must not fill the memory with the names of those that were. */
  forgetFeed(feedId: string): void {
    this.latency.remove({ feed: feedId });
  }
}
