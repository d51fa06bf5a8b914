import { credentials, status } from '@grpc/grpc-js';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { join } from 'node:path';
import { writeFile } from 'node:fs/promises';
import { FeedRegistry } from '../../src/feeds/feed-registry.js';
import { ModelReloader } from '../../src/feeds/model-reloader.js';
import { InferenceEngine } from '../../src/inference/inference-engine.js';
import { ModelRepository } from '../../src/models/model-repository.js';
import { silentLogger } from '../../src/observability/logger.js';
import {
  AnalysisServiceClient,
  Delivery,
  SubscriptionConfiguration,
  type SubscribeResponse,
} from '../../src/rpc/gen/surgicam/v1/analysis_service.js';
import { ModelReloadOutcome, ModelServiceClient } from '../../src/rpc/gen/surgicam/v1/model_service.js';
import type { RpcServer } from '../../src/rpc/server/rpc-server.js';
import { healthClient, type HealthResponse } from '../fixtures/health-client.js';
import { startLocalServer } from '../fixtures/local-server.js';
import { ask, refusal, valueOf } from '../fixtures/rpc-harness.js';
import { writeNextVersion, writeSmallPackage } from '../fixtures/small-package.js';
import { StreamProbe } from '../fixtures/stream-probe.js';
import { temporaryFolder } from '../fixtures/temporary-folder.js';

describe('a model that is reloaded while feeds are analysed with it', () => {
  const folder = temporaryFolder();
  const small = join(folder, 'small');
  let engine: InferenceEngine;
  let feeds: FeedRegistry;
  let server: RpcServer;

  beforeAll(async () => {
    await writeSmallPackage(small);
    const logger = silentLogger();
    const repository = await ModelRepository.open([folder]);
    engine = InferenceEngine.start({ workers: 2, providers: ['cpu'], logger });
    feeds = new FeedRegistry({ engine, models: repository, logger });
    const warmUp = engine.load(repository.get('small'));
    const reloader = new ModelReloader({ repository, engine, feeds, defaultModel: 'small', warmUp, logger });
    server = await startLocalServer({
      feeds,
      engine,
      models: repository,
      reloader,
      warmUp,
      canRun: engine.canRun,
    });
    await warmUp;
    for (const id of ['or-1', 'or-2']) {
      await feeds.create({
        id,
        source: { uri: 'phantom://?seed=1&width=160&height=120', ownSpeed: false, loop: false },
        modelName: 'small',
        pacing: 'every_frame',
        hardwareAcceleration: 'none',
      });
    }
  });

  afterAll(async () => {
    const drained = server.drain(5000);
    await feeds.close();
    await drained;
    await engine.close();
  });

  it('loses no subscription, no frame and no sequence number, whatever is found', async () => {
    const address = `127.0.0.1:${server.port}`;
    const health = healthClient(address);
    const watch = new StreamProbe<HealthResponse>(health.watch(''));
    const analysis = new AnalysisServiceClient(address, credentials.createInsecure());
    const models = new ModelServiceClient(address, credentials.createInsecure());
    const reload = async () => (await ask(models.reloadModels.bind(models), {})).models;
    const subscriptions = ['or-1', 'or-2'].map((feedId) => {
      const call = analysis.subscribe();
      const probe = new StreamProbe<SubscribeResponse>(call);
      const value = SubscriptionConfiguration.fromPartial({ feedId, delivery: Delivery.EVERY_FRAME });
      call.write({ request: { $case: 'configure', value } });
      const nextFrameBy = (version: string) =>
        probe.next((response) => {
          const frame = valueOf('frameAnalysis', response);
          return frame?.model?.version === version ? frame : undefined;
        });
      return { call, probe, nextFrameBy };
    });
    const allBy = (version: string) => Promise.all(subscriptions.map((one) => one.nextFrameBy(version)));
    await allBy('1.2.3');

    const { manifest } = await writeNextVersion(small, '2.0.0');
    expect(await reload()).toEqual([
      {
        modelName: 'small',
        outcome: ModelReloadOutcome.REPLACED,
        version: '2.0.0',
        previousVersion: '1.2.3',
        reason: '',
        feedIds: ['or-1', 'or-2'],
      },
    ]);
    await allBy('2.0.0');
    expect(engine.models().map(({ description }) => description.version)).toEqual(['2.0.0']);

    // A broken package leaves everything as it is, and shows no folder of this machine.
    await writeFile(join(small, 'model.onnx'), 'not a graph');
    const [broken] = await reload();
    expect(broken).toMatchObject({ outcome: ModelReloadOutcome.FAILED, version: '2.0.0' });
    expect(broken!.reason).toContain('is not the graph its manifest describes');
    expect(broken!.reason).not.toContain(folder);

    // Calls that come together, with feeds running.
    await writeNextVersion(small, '3.0.0');
    const together = await Promise.all([reload(), reload(), reload()]);
    expect(together.map(([model]) => model!.outcome)).toEqual([
      ModelReloadOutcome.REPLACED,
      ModelReloadOutcome.UNCHANGED,
      ModelReloadOutcome.UNCHANGED,
    ]);
    await allBy('3.0.0');

    for (const { probe, call } of subscriptions) {
      const { received } = probe;
      expect(received.flatMap((response) => valueOf('gap', response) ?? [])).toEqual([]);
      const frames = received.flatMap((response) => valueOf('frameAnalysis', response) ?? []);
      expect(frames.flatMap(({ framesDropped }) => framesDropped)).toEqual([]);
      expect(frames.map(({ sequence }) => sequence)).toEqual(
        frames.map((_, i) => frames[0]!.sequence + BigInt(i)),
      );
      const versions = frames.map(({ model }) => model!.version);
      expect(versions).toEqual([...versions].sort());
      // Each version is announced before its first analysis, with what it is.
      const started = received.flatMap((response) => valueOf('started', response) ?? []);
      expect(started.map((one) => [one.model!.version, one.modelReloaded, one.configuration])).toEqual([
        ['1.2.3', false, 1],
        ['2.0.0', true, 1],
        ['3.0.0', true, 1],
      ]);
      expect(started[1]!.model!.checksum).toBe(manifest.graph.sha256);
      for (const version of ['2.0.0', '3.0.0']) {
        const told = received.findIndex((r) => valueOf('started', r)?.model?.version === version);
        const first = received.findIndex((r) => valueOf('frameAnalysis', r)?.model?.version === version);
        expect(told).toBeGreaterThan(-1);
        expect(told).toBeLessThan(first);
      }
      call.cancel();
    }
    for (const { counters } of feeds.list().map((feed) => feed.snapshot())) {
      expect(counters.dropsByReason).toEqual({});
    }
    expect(watch.received.map(({ status: text }) => text)).toEqual(['SERVING']);
    watch.call.cancel();
    health.close();
    analysis.close();
    models.close();
  });

  it('is not offered where the models are fixed', async () => {
    const models = await ModelRepository.open([folder]);
    const fixed = await startLocalServer({ feeds, engine, models });
    const client = new ModelServiceClient(`127.0.0.1:${fixed.port}`, credentials.createInsecure());
    expect((await refusal(ask(client.reloadModels.bind(client), {}))).code).toBe(status.UNIMPLEMENTED);
    client.close();
    await fixed.drain(0);
  });
});
