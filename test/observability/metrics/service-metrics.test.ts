import { describe, expect, it } from '@jest/globals';
import { ServiceMetrics } from '../../../src/observability/metrics/service-metrics.js';
import { parseSamples, sampleValue } from '../../fixtures/prometheus-text.js';
import { sampleAnalysis } from '../../fixtures/sample-analysis.js';
import { sampleFeed, sampleReadings } from '../../fixtures/sample-readings.js';

describe('the metrics of a feed', () => {
  it('are its counters, with every reason of a drop', async () => {
    const text = await new ServiceMetrics().text(sampleReadings());
    const feed = { feed: 'or-1' };
    expect(sampleValue(text, 'surgicam_frames_decoded_total', feed)).toBe(100);
    expect(sampleValue(text, 'surgicam_frames_analyzed_total', feed)).toBe(90);
    expect(sampleValue(text, 'surgicam_feed_stalls_total', feed)).toBe(2);
    expect(sampleValue(text, 'surgicam_feed_reconnects_total', feed)).toBe(5);
    const drops = parseSamples(text).filter(({ name }) => name === 'surgicam_frames_dropped_total');
    expect(Object.fromEntries(drops.map(({ labels, value }) => [labels.reason, value]))).toEqual({
      ...{ superseded: 7, inference_failed: 0, worker_lost: 3, rate_limited: 0, shutdown: 0 },
    });
  });

  it('say which one of the states it is in', async () => {
    const feeds = [sampleFeed('a'), sampleFeed('b', { kind: 'stalled', sinceMs: 0 })];
    const text = await new ServiceMetrics().text(sampleReadings({ feeds }));
    const states = parseSamples(text).filter(({ name }) => name === 'surgicam_feed_state');
    expect(states).toHaveLength(12);
    const on = states
      .filter(({ value }) => value === 1)
      .map(({ labels }) => `${labels.feed} ${labels.state}`);
    expect(on).toEqual(['a live', 'b stalled']);
  });

  it('do not add up from scrape to scrape', async () => {
    const metrics = new ServiceMetrics();
    expect(parseSamples(await metrics.text(sampleReadings())).filter(isOwn)).toEqual(
      parseSamples(await metrics.text(sampleReadings())).filter(isOwn),
    );
  });

  it('go with the feed', async () => {
    const metrics = new ServiceMetrics();
    metrics.analyzed(sampleAnalysis({}, { feedId: 'or-1' }).facts);
    expect(await metrics.text(sampleReadings())).toContain('feed="or-1"');
    metrics.forgetFeed('or-1');
    const nobody = { ...sampleReadings().subscriptions, openByFeed: new Map() };
    expect(await metrics.text(sampleReadings({ feeds: [], subscriptions: nobody }))).not.toContain('or-1');
  });
});

describe('the histograms', () => {
  it('tell where the time of a frame went, in seconds', async () => {
    const metrics = new ServiceMetrics();
    const timing = { decodeUs: 0, queueUs: 2_000, inferenceUs: 25_000, explanationUs: 700 };
    const times = { capturedAtMonotonicMs: 1000, analyzedAtMonotonicMs: 1119 };
    metrics.analyzed(sampleAnalysis({}, { timing, ...times }).facts);
    const text = await metrics.text(sampleReadings());
    expect(sampleValue(text, 'surgicam_queue_duration_seconds_sum', { model: 'sample' })).toBe(0.002);
    expect(sampleValue(text, 'surgicam_inference_duration_seconds_sum')).toBe(0.025);
    expect(sampleValue(text, 'surgicam_explanation_duration_seconds_sum')).toBe(0.0007);
    expect(sampleValue(text, 'surgicam_frame_latency_seconds_sum', { feed: 'or-1' })).toBeCloseTo(0.119, 9);
    expect(sampleValue(text, 'surgicam_frame_latency_seconds_bucket', { le: '0.1' })).toBe(0);
    expect(sampleValue(text, 'surgicam_frame_latency_seconds_bucket', { le: '0.12' })).toBe(1);
  });

  it('count batches by size', async () => {
    const text = await new ServiceMetrics().text(sampleReadings());
    const upTo = (le: string): number => sampleValue(text, 'surgicam_batch_size_bucket', { le });
    expect(['1', '2', '4', '8', '256', '+Inf'].map(upTo)).toEqual([10, 10, 30, 32, 32, 32]);
    expect(sampleValue(text, 'surgicam_batch_size_sum')).toBe(86);
    expect(sampleValue(text, 'surgicam_batch_size_count')).toBe(32);
  });
});

describe('the metrics of the service', () => {
  it('tell of subscribers, workers, models and processes', async () => {
    const text = await new ServiceMetrics().text(sampleReadings());
    expect(sampleValue(text, 'surgicam_subscribers', { feed: 'or-1' })).toBe(4);
    expect(sampleValue(text, 'surgicam_subscriptions_total')).toBe(6);
    expect(sampleValue(text, 'surgicam_analyses_delivered_total')).toBe(350);
    expect(sampleValue(text, 'surgicam_analyses_skipped_total', { reason: 'slow_reader' })).toBe(11);
    expect(sampleValue(text, 'surgicam_gap_frames_total', { reason: 'not_computed' })).toBe(22);
    expect(sampleValue(text, 'surgicam_inference_workers', { state: 'running' })).toBe(2);
    expect(sampleValue(text, 'surgicam_inference_workers', { state: 'restarting' })).toBe(1);
    expect(sampleValue(text, 'surgicam_inference_worker_restarts_total')).toBe(1);
    expect(sampleValue(text, 'surgicam_ffmpeg_processes')).toBe(1);
    expect(sampleValue(text, 'surgicam_ready')).toBe(1);
    const model = { model: 'small', version: '1.2.3', provider: 'cpu' };
    expect(sampleValue(text, 'surgicam_model_info', model)).toBe(1);
    expect(sampleValue(text, 'process_start_time_seconds')).toBeGreaterThan(0);
  });

  it('follow the conventions: seconds, and _total for what only grows', async () => {
    const metrics = (await new ServiceMetrics().registry.getMetricsAsJSON()).filter(isOwn);
    expect(metrics.length).toBeGreaterThan(15);
    for (const { name, type } of metrics) {
      expect([name, name.endsWith('_total')]).toEqual([name, String(type) === 'counter']);
      expect(name).toMatch(/^surgicam_[a-z_]+$/);
      expect(name).not.toMatch(/_(ms|milliseconds|us|micros)\b/);
    }
  });
});

function isOwn({ name }: { readonly name: string }): boolean {
  return name.startsWith('surgicam_');
}
