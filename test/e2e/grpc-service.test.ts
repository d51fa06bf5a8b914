import { credentials, status } from '@grpc/grpc-js';
import { afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { join } from 'node:path';
import { FeedRegistry } from '../../src/feeds/feed-registry.js';
import { InferenceEngine } from '../../src/inference/inference-engine.js';
import { ModelRepository } from '../../src/models/model-repository.js';
import { silentLogger } from '../../src/observability/logger.js';
import { HeatmapEncoding } from '../../src/rpc/gen/surgicam/v1/analysis.js';
import {
  AnalysisServiceClient,
  Delivery,
  SubscriptionConfiguration,
  type SubscribeResponse,
} from '../../src/rpc/gen/surgicam/v1/analysis_service.js';
import { CreateFeedRequest, FeedServiceClient } from '../../src/rpc/gen/surgicam/v1/feed_service.js';
import { FeedState, Pacing } from '../../src/rpc/gen/surgicam/v1/feed.js';
import type { RpcServer } from '../../src/rpc/server/rpc-server.js';
import { activeFfmpegCount } from '../../src/video/ffmpeg-registry.js';
import { startLocalServer } from '../fixtures/local-server.js';
import { ask, valueOf } from '../fixtures/rpc-harness.js';
import { writeSmallPackage } from '../fixtures/small-package.js';
import { StreamProbe } from '../fixtures/stream-probe.js';
import { temporaryFolder } from '../fixtures/temporary-folder.js';
import { writeTestClip } from '../fixtures/test-clip.js';

const FRAMES = 100;

/** Everything real: ffmpeg, feeds, the engine's workers, gRPC on a port. */
describe('the service', () => {
  const models = temporaryFolder();
  const media = temporaryFolder();
  let engine: InferenceEngine;
  let feeds: FeedRegistry;
  let server: RpcServer;
  let analysis: AnalysisServiceClient;
  let feedService: FeedServiceClient;

  beforeAll(async () => {
    await writeSmallPackage(join(models, 'small'));
    await writeTestClip(join(media, 'clip.mp4'), FRAMES);
  });

  beforeEach(async () => {
    const logger = silentLogger();
    const repository = await ModelRepository.open([models]);
    engine = InferenceEngine.start({ providers: ['cpu'], logger });
    feeds = new FeedRegistry({ engine, models: repository, logger });
    server = await startLocalServer({ feeds, engine, models: repository, mediaRoot: media });
    const address = `127.0.0.1:${server.port}`;
    analysis = new AnalysisServiceClient(address, credentials.createInsecure());
    feedService = new FeedServiceClient(address, credentials.createInsecure());
  });

  afterEach(async () => {
    analysis.close();
    feedService.close();
    const drained = server.drain(5000);
    await feeds.close();
    await drained;
    await engine.close();
    expect(activeFfmpegCount()).toBe(0);
  });

  const createFeed = (pacing: Pacing, source: { ownSpeed?: boolean; loop?: boolean } = {}) =>
    ask(
      feedService.createFeed.bind(feedService),
      CreateFeedRequest.fromPartial({
        settings: {
          feedId: 'or-1',
          pacing,
          source: { source: { $case: 'uri', value: { uri: 'clip.mp4', ...source } } },
        },
      }),
    );

  function subscribe(configuration: Parameters<typeof SubscriptionConfiguration.fromPartial>[0]) {
    const call = analysis.subscribe();
    const probe = new StreamProbe<SubscribeResponse>(call);
    const configure = (next: typeof configuration) => {
      const value = SubscriptionConfiguration.fromPartial({ feedId: 'or-1', ...next });
      call.write({ request: { $case: 'configure', value } });
    };
    configure(configuration);
    return { call, probe, configure };
  }

  const accountedFor = (response: SubscribeResponse): number[] => {
    const gap = valueOf('gap', response);
    if (gap !== undefined) {
      const from = Number(gap.fromSequence);
      return Array.from({ length: Number(gap.toSequence) - from + 1 }, (_, i) => from + i);
    }
    const frame = valueOf('frameAnalysis', response);
    return frame === undefined ? [] : [Number(frame.sequence)];
  };

  it('accounts for every frame of a file, then ends the call', async () => {
    const { feed } = await createFeed(Pacing.EVERY_FRAME, { ownSpeed: true });
    expect(feed?.settings).toMatchObject({ feedId: 'or-1', modelName: 'small' });
    expect(feed?.settings?.source?.source).toMatchObject({ value: { uri: 'clip.mp4' } });
    const { probe } = subscribe({ delivery: Delivery.EVERY_FRAME, outputs: { boxes: true } });
    expect(await probe.status).toMatchObject({ code: status.OK });
    const sequences = probe.received.flatMap(accountedFor);
    const first = sequences[0]!;
    expect(sequences).toEqual(Array.from({ length: FRAMES - first }, (_, i) => first + i));
    const states = probe.received.flatMap(
      (response) => valueOf('feedStateChange', response)?.feed?.status?.state ?? [],
    );
    expect(states.at(-1)).toBe(FeedState.ENDED);
    const times = probe.received.flatMap((response) => valueOf('frameAnalysis', response)?.mediaTimeUs ?? []);
    expect(times.every((time, i) => i === 0 || time > times[i - 1]!)).toBe(true);
  });

  it('computes what is asked for now, and ends when the feed is deleted', async () => {
    await createFeed(Pacing.LIVE, { ownSpeed: true, loop: true });
    const outputs = { heatmaps: { encoding: HeatmapEncoding.NATIVE_F32 } };
    const { probe, configure } = subscribe({ outputs, thresholds: { classThreshold: 0 } });
    const frameOf = (response: SubscribeResponse) => valueOf('frameAnalysis', response);
    const native = await probe.next(frameOf);
    expect(native.heatmaps.map(({ encoding, data }) => [encoding, data.length])).toEqual(
      Array.from({ length: 3 }, () => [HeatmapEncoding.NATIVE_F32, 3 * 2 * 4]),
    );
    configure({ outputs: { outlines: true }, thresholds: { classThreshold: 0, roiThreshold: 0.1 } });
    await probe.next((response) => valueOf('started', response)?.configuration === 2 || undefined);
    const after = await probe.next(frameOf);
    expect(after.heatmaps).toEqual([]);
    for (const detection of after.detections) expect(detection.outline.length).toBeGreaterThan(2);
    expect(after.detections.length).toBeGreaterThan(0);
    expect(after.ageUs).toBeGreaterThan(0n);
    await ask(feedService.deleteFeed.bind(feedService), { feedId: 'or-1' });
    expect(await probe.status).toMatchObject({ code: status.OK });
  });

  it('shuts down in order: subscribers get what was analysed, and no ffmpeg is left', async () => {
    await createFeed(Pacing.LIVE, { ownSpeed: true, loop: true });
    const { probe } = subscribe({ delivery: Delivery.EVERY_FRAME });
    await probe.next((response) => valueOf('frameAnalysis', response));
    const feed = feeds.get('or-1');
    const drained = server.drain(10_000);
    await feeds.close();
    await drained;
    expect((await probe.status).code).toBe(status.UNAVAILABLE);
    const sent = probe.received.filter((response) => valueOf('frameAnalysis', response)).length;
    const last = probe.received
      .flatMap((response) => valueOf('frameAnalysis', response)?.sequence ?? [])
      .at(-1);
    const { framesDecoded, framesDropped } = feed.snapshot().counters;
    expect(sent).toBeGreaterThan(0);
    expect(Number(last)).toBeGreaterThanOrEqual(framesDecoded - framesDropped - 1);
  });
});
