import { credentials } from '@grpc/grpc-js';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { join } from 'node:path';
import { FeedRegistry } from '../../src/feeds/feed-registry.js';
import { InferenceEngine } from '../../src/inference/inference-engine.js';
import { ModelRepository } from '../../src/models/model-repository.js';
import { silentLogger } from '../../src/observability/logger.js';
import {
  AnalysisServiceClient,
  Delivery,
  SubscriptionConfiguration,
  type SubscribeResponse,
} from '../../src/rpc/gen/surgicam/v1/analysis_service.js';
import { FrameDropReason } from '../../src/rpc/gen/surgicam/v1/analysis.js';
import type { RpcServer } from '../../src/rpc/server/rpc-server.js';
import { healthClient, type HealthResponse } from '../fixtures/health-client.js';
import { startLocalServer } from '../fixtures/local-server.js';
import { valueOf } from '../fixtures/rpc-harness.js';
import { writeSmallPackage } from '../fixtures/small-package.js';
import { StreamProbe } from '../fixtures/stream-probe.js';
import { temporaryFolder } from '../fixtures/temporary-folder.js';

describe('inference workers that are killed under load', () => {
  const folder = temporaryFolder();
  let engine: InferenceEngine;
  let feeds: FeedRegistry;
  let server: RpcServer;

  beforeAll(async () => {
    await writeSmallPackage(join(folder, 'small'));
    const logger = silentLogger();
    const models = await ModelRepository.open([folder]);
    engine = InferenceEngine.start({ workers: 2, providers: ['cpu'], logger });
    feeds = new FeedRegistry({ engine, models, logger });
    const warmUp = engine.load(models.get('small'));
    server = await startLocalServer({ feeds, engine, models, warmUp, canRun: engine.canRun });
    await warmUp;
    await feeds.create({
      id: 'or-1',
      source: { uri: 'phantom://?seed=1&width=160&height=120', ownSpeed: false, loop: false },
      modelName: 'small',
      pacing: 'every_frame',
      hardwareAcceleration: 'none',
    });
  });

  afterAll(async () => {
    const drained = server.drain(5000);
    await feeds.close();
    await drained;
    await engine.close();
  });

  it('cost only the frames they had: the feed goes on, and health fails only when none is left', async () => {
    const address = `127.0.0.1:${server.port}`;
    const health = healthClient(address);
    const watch = new StreamProbe<HealthResponse>(health.watch(''));
    const statuses = () => watch.received.map(({ status }) => status);
    const becomes = (wanted: string) => watch.next(({ status }) => (status === wanted ? status : undefined));
    const client = new AnalysisServiceClient(address, credentials.createInsecure());
    const call = client.subscribe();
    const probe = new StreamProbe<SubscribeResponse>(call);
    const value = SubscriptionConfiguration.fromPartial({ feedId: 'or-1', delivery: Delivery.EVERY_FRAME });
    call.write({ request: { $case: 'configure', value } });
    const nextFrame = () => probe.next((response) => valueOf('frameAnalysis', response));
    const { sequence: before } = await nextFrame();
    await becomes('SERVING');

    engine.replaceWorkers([0]);
    await nextFrame();
    expect(statuses()).toEqual(['SERVING']);

    engine.replaceWorkers();
    await becomes('NOT_SERVING');
    expect(server.readiness).toBe('no_worker');
    await becomes('SERVING');
    expect(server.readiness).toBe('ready');
    // A worker that happens to have no frame loses none.
    const lost = () => feeds.get('or-1').snapshot().counters.dropsByReason.worker_lost ?? 0;
    for (let place = 0; lost() === 0; place = 1 - place) {
      engine.replaceWorkers([place]);
      await nextFrame();
    }
    const seen = probe.received.length;
    while (probe.received.length < seen + 20) await nextFrame();

    const { dropsByReason } = feeds.get('or-1').snapshot().counters;
    const frames = probe.received.flatMap((response) => valueOf('frameAnalysis', response) ?? []);
    const drops = frames.flatMap(({ framesDropped }) => framesDropped);
    expect(new Set(drops.map(({ reason }) => reason))).toEqual(new Set([FrameDropReason.WORKER_LOST]));
    const told = drops.reduce((sum, { count }) => sum + count, 0n);
    expect(Object.keys(dropsByReason)).toEqual(['worker_lost']);
    expect(dropsByReason.worker_lost).toBeGreaterThan(0);
    expect(told).toBe(BigInt(dropsByReason.worker_lost!));
    // Every frame is either analysed or told as dropped.
    const last = frames.at(-1)!.sequence;
    expect(last - before + 1n).toBe(BigInt(frames.length) + told);

    watch.call.cancel();
    call.cancel();
    health.close();
    client.close();
  });
});
