import { status } from '@grpc/grpc-js';
import { describe, expect, it } from '@jest/globals';
import { Delivery } from '../../../src/rpc/gen/surgicam/v1/analysis_service.js';
import type { WatchFeedsResponse } from '../../../src/rpc/gen/surgicam/v1/feed_service.js';
import { eachHarness } from '../../fixtures/each-harness.js';
import { decodeDetails } from '../../fixtures/error-details.js';
import { healthClient, type HealthResponse } from '../../fixtures/health-client.js';
import { ask, refusal, type RpcHarness, valueOf } from '../../fixtures/rpc-harness.js';
import { sampleFrames } from '../../fixtures/sample-analysis.js';
import { StreamProbe } from '../../fixtures/stream-probe.js';

let harness: RpcHarness;
eachHarness(['or-1'], (fresh) => (harness = fresh));

const everyFrame = { feedId: 'or-1', delivery: Delivery.EVERY_FRAME };
const feed = () => harness.feeds.get('or-1');
const askForFeed = () =>
  refusal(ask(harness.feedService.getFeed.bind(harness.feedService), { feedId: 'or-1' }));

describe('drain', () => {
  it('delivers what was analysed, refuses what is new, and ends (graceful stop)', async () => {
    const health = healthClient(harness.address);
    const watch = new StreamProbe<HealthResponse>(health.watch('surgicam.v1.AnalysisService'));
    expect(await watch.next((response) => response.status)).toBe('SERVING');
    const subscription = harness.subscribe(everyFrame);
    const watching = new StreamProbe<WatchFeedsResponse>(harness.feedService.watchFeeds({}));
    await subscription.next('feedStateChange');
    await watching.next((response) => response.feed);
    feed().publish(...sampleFrames(0, 500));

    const drained = harness.server.drain(30_000);
    expect(await watch.next((response) => response.status)).toBe('NOT_SERVING');
    const refused = await askForFeed();
    expect(refused.code).toBe(status.UNAVAILABLE);
    expect(decodeDetails(refused.metadata).retryInfo?.retryDelay).toMatchObject({ seconds: 1 });
    expect((await watching.status).code).toBe(status.UNAVAILABLE);

    feed().publish(...sampleFrames(500, 501)); // was in flight when the feed was told to stop
    await feed().close();
    const end = await subscription.probe.status;
    expect(end).toMatchObject({
      code: status.UNAVAILABLE,
      details: 'the server is shutting down; try again',
    });
    const seen = subscription.probe.received.filter((response) => valueOf('frameAnalysis', response)).length;
    expect(seen).toBe(501);
    await drained;
    health.close();
  });

  it('ends paused and unconfigured subscriptions at once', async () => {
    const paused = harness.subscribe(everyFrame);
    paused.call.write({ request: { $case: 'pause', value: {} } });
    const silent = harness.subscribe();
    expect((await paused.next('heartbeat')).paused).toBe(true);
    const drained = harness.server.drain(30_000);
    expect((await paused.probe.status).code).toBe(status.UNAVAILABLE);
    expect((await silent.probe.status).code).toBe(status.UNAVAILABLE);
    await drained;
  });

  it('cuts off at the deadline what does not end (forced stop)', async () => {
    const endless = harness.subscribe(everyFrame);
    await endless.next('feedStateChange');
    await harness.server.drain(50);
    expect([status.UNAVAILABLE, status.CANCELLED, status.INTERNAL]).toContain(
      (await endless.probe.status).code,
    );
  });
});
