import { Counter, Gauge, type Registry } from 'prom-client';
import type { SubscriptionReadings } from './service-readings.js';

/** What subscribers got, and what they did not get and why. */
export class SubscriptionMetrics {
  private readonly open: Gauge<'feed'>;
  private readonly begun: Counter;
  private readonly delivered: Counter;
  private readonly skipped: Counter<'reason'>;
  private readonly gaps: Counter<'reason'>;
  private readonly annotations: Counter<'outcome'>;

  constructor(registry: Registry) {
    const registers = [registry];
    this.open = new Gauge({
      name: 'surgicam_subscribers',
      help: 'Subscriptions that are open, by feed.',
      labelNames: ['feed'] as const,
      registers,
    });
    this.begun = new Counter({
      name: 'surgicam_subscriptions_total',
      help: 'Subscriptions that ever began.',
      registers,
    });
    this.delivered = new Counter({
      name: 'surgicam_analyses_delivered_total',
      help: 'Analyses that were written to subscribers.',
      registers,
    });
    this.skipped = new Counter({
      name: 'surgicam_analyses_skipped_total',
      help: 'Analyses that were not sent to a subscriber, by reason.',
      labelNames: ['reason'] as const,
      registers,
    });
    this.gaps = new Counter({
      name: 'surgicam_gap_frames_total',
      help: 'Frames told as missing to subscribers who want every one, by reason.',
      labelNames: ['reason'] as const,
      registers,
    });
    this.annotations = new Counter({
      name: 'surgicam_annotations_total',
      help: 'What subscribers said about frames, by what became of it.',
      labelNames: ['outcome'] as const,
      registers,
    });
  }

  set({ openByFeed, begun, delivered, skipped, gapFrames, annotations }: SubscriptionReadings): void {
    const counters = [this.begun, this.delivered, this.skipped, this.gaps, this.annotations];
    for (const metric of counters) metric.reset();
    this.open.reset();
    for (const [feed, count] of openByFeed) this.open.set({ feed }, count);
    this.begun.inc(begun);
    this.delivered.inc(delivered);
    for (const [reason, count] of Object.entries(skipped)) this.skipped.inc({ reason }, count);
    for (const [reason, count] of Object.entries(gapFrames)) this.gaps.inc({ reason }, count);
    for (const [outcome, count] of Object.entries(annotations)) this.annotations.inc({ outcome }, count);
  }
}
