import { afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { join } from 'node:path';
import sharp from 'sharp';
import { FeedRegistry } from '../../../src/feeds/feed-registry.js';
import { InferenceEngine } from '../../../src/inference/inference-engine.js';
import { ModelRepository } from '../../../src/models/model-repository.js';
import { silentLogger } from '../../../src/observability/logger.js';
import { Delivery } from '../../../src/rpc/gen/surgicam/v1/analysis_service.js';
import { RpcHarness, valueOf } from '../../fixtures/rpc-harness.js';
import { writeSmallPackage } from '../../fixtures/small-package.js';
import { temporaryFolder } from '../../fixtures/temporary-folder.js';

const everyFrame = { feedId: 'or-1', delivery: Delivery.EVERY_FRAME };
/** Every class is present, whatever the random weights say. */
const thresholds = { classThreshold: 0 };

/** A real feed of the synthetic scene and a real engine behind the server. */
describe('a subscription of a real feed', () => {
  const folder = temporaryFolder();
  let engine: InferenceEngine;
  let feeds: FeedRegistry;
  let harness: RpcHarness;

  beforeAll(() => writeSmallPackage(join(folder, 'small')));

  beforeEach(async () => {
    const models = await ModelRepository.open([folder]);
    const logger = silentLogger();
    engine = InferenceEngine.start({
      workers: 1,
      intraOpThreads: 1,
      maxBatch: 1,
      providers: ['cpu'],
      logger,
    });
    feeds = new FeedRegistry({ engine, models, logger });
    harness = await RpcHarness.start(folder, { feeds, engine });
    await feeds.create({
      id: 'or-1',
      source: { uri: 'phantom://scene?fps=20&size=160x128&pace=real-time', ownSpeed: false, loop: false },
      modelName: 'small',
      pacing: 'every_frame',
      hardwareAcceleration: 'none',
    });
  });

  afterEach(async () => {
    await feeds.close();
    await harness.stop();
    await engine.close();
  });

  const fetched = (output: string): number => engine.stats().outputsFetched.get(output) ?? 0;

  it('follows a new configuration within one batch, and loses no frame without a word', async () => {
    const subscription = harness.subscribe(everyFrame);
    const before = (await subscription.next('frameAnalysis')).sequence;
    subscription.configure({ ...everyFrame, thresholds, outputs: { heatmaps: {} } });
    const accounted: bigint[] = [];
    const lost: bigint[] = [];
    let configuration = 1;
    for (;;) {
      const response = await subscription.probe.next((next) => next);
      configuration = valueOf('started', response)?.configuration ?? configuration;
      const gap = valueOf('gap', response);
      for (let at = gap?.fromSequence ?? 1n; at <= (gap?.toSequence ?? 0n); at++) {
        lost.push(at);
        accounted.push(at);
      }
      const analysis = valueOf('frameAnalysis', response);
      if (analysis === undefined) continue;
      accounted.push(analysis.sequence);
      expect(analysis.heatmaps).toHaveLength(configuration === 1 ? 0 : 3);
      if (configuration === 2) break;
    }
    expect(accounted).toEqual(accounted.map((_, i) => before + 1n + BigInt(i)));
    // One worker, one frame a batch: the batch that the worker had, and the one that came back meanwhile.
    expect(lost.length).toBeLessThanOrEqual(2);
  });

  it('has nothing computed that it did not ask for, and again nothing when it has changed its mind', async () => {
    const subscription = harness.subscribe(everyFrame);
    await subscription.next('frameAnalysis');
    expect([fetched('gradcam'), engine.stats().previews.encoded]).toEqual([0, 0]);
    subscription.configure({
      ...everyFrame,
      thresholds,
      outputs: { boxes: true, preview: { maxWidth: 64 } },
    });
    await subscription.next('started');
    const { preview } = await subscription.next('frameAnalysis');
    expect(await sharp(preview!.jpeg).metadata()).toMatchObject({ format: 'jpeg', width: 64, height: 51 });
    expect(fetched('gradcam')).toBeGreaterThan(0);
    subscription.configure(everyFrame);
    await subscription.next('started');
    for (let i = 0; i < 3; i++) await subscription.next('frameAnalysis'); // what was on its way is through
    const then = [fetched('gradcam'), engine.stats().previews.encoded];
    for (let i = 0; i < 10; i++) await subscription.next('frameAnalysis');
    expect([fetched('gradcam'), engine.stats().previews.encoded]).toEqual(then);
  });

  it('has one preview made for all who ask for the same', async () => {
    const outputs = { preview: { maxWidth: 48 } };
    const plain = harness.subscribe({ ...everyFrame, outputs });
    await plain.next('started');
    const boxes = harness.subscribe({ ...everyFrame, outputs: { ...outputs, boxes: true } });
    const first = await boxes.next('frameAnalysis');
    const same = await plain.probe.next((response) => {
      const analysis = valueOf('frameAnalysis', response);
      return analysis?.sequence === first.sequence ? analysis : undefined;
    });
    expect(same.preview!.jpeg.equals(first.preview!.jpeg)).toBe(true);
    const { encoded, skipped, failed } = engine.stats().previews;
    expect([skipped, failed]).toEqual([0, 0]);
    expect(encoded).toBeLessThanOrEqual(engine.stats().frames + 1);
  });
});
