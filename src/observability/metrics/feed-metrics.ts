import { Counter, Gauge, type Registry } from 'prom-client';
import { FEED_STATES, type FeedSnapshot } from '../../domain/feed.js';
import { DROP_REASONS } from '../../domain/frame-analysis.js';

/**
 * What each feed did, by its id. There are as many series as feeds at a time, which the configuration limits: those of a
 * deleted feed go with it.
 */
export class FeedMetrics {
  private readonly decoded: Counter<'feed'>;
  private readonly analyzed: Counter<'feed'>;
  private readonly dropped: Counter<'feed' | 'reason'>;
  private readonly stalls: Counter<'feed'>;
  private readonly freezes: Counter<'feed'>;
  private readonly reconnects: Counter<'feed'>;
  private readonly state: Gauge<'feed' | 'state'>;
  private readonly frozen: Gauge<'feed'>;

  constructor(registry: Registry) {
    const registers = [registry];
    const counter = (name: string, help: string) =>
      new Counter({ name: `surgicam_${name}_total`, help, labelNames: ['feed'] as const, registers });
    this.decoded = counter('frames_decoded', 'Frames that left the decoder.');
    this.analyzed = counter('frames_analyzed', 'Frames that went through the model.');
    this.dropped = new Counter({
      name: 'surgicam_frames_dropped_total',
      help: 'Frames decoded and not analysed, by reason.',
      labelNames: ['feed', 'reason'] as const,
      registers,
    });
    this.stalls = counter('feed_stalls', 'Times that no frame came for longer than feeds.stallAfterMs.');
    this.freezes = counter('feed_freezes', 'Times that the picture stood still for feeds.frozenAfterMs.');
    this.reconnects = counter('feed_reconnects', 'Tries to open a lost source again.');
    this.state = new Gauge({
      name: 'surgicam_feed_state',
      help: '1 for the state that a feed is in, 0 for the others.',
      labelNames: ['feed', 'state'] as const,
      registers,
    });
    this.frozen = new Gauge({
      name: 'surgicam_feed_frozen',
      help: '1 while every frame of a live feed shows the same picture, else 0.',
      labelNames: ['feed'] as const,
      registers,
    });
  }

  set(feeds: readonly FeedSnapshot[]): void {
    const counters = [this.decoded, this.analyzed, this.dropped, this.stalls, this.freezes, this.reconnects];
    for (const metric of [...counters, this.state, this.frozen]) metric.reset();
    for (const { settings, counters, state } of feeds) {
      const feed = settings.id;
      this.decoded.inc({ feed }, counters.framesDecoded);
      this.analyzed.inc({ feed }, counters.framesAnalyzed);
      for (const reason of DROP_REASONS) {
        this.dropped.inc({ feed, reason }, counters.dropsByReason[reason] ?? 0);
      }
      this.stalls.inc({ feed }, counters.stalls);
      this.freezes.inc({ feed }, counters.freezes);
      this.frozen.set({ feed }, state.kind === 'live' && state.frozenSinceMs !== undefined ? 1 : 0);
      this.reconnects.inc({ feed }, counters.reconnects);
      for (const kind of FEED_STATES) this.state.set({ feed, state: kind }, state.kind === kind ? 1 : 0);
    }
  }
}
