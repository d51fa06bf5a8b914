import { Client, credentials, status, type StatusObject } from '@grpc/grpc-js';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import sharp from 'sharp';
import {
  AnalysisServiceService,
  AnalyzeImageRequest,
  AnalyzeStreamRequest,
  SubscribeRequest,
} from '../../src/rpc/gen/surgicam/v1/analysis_service.js';
import {
  CreateFeedRequest,
  DeleteFeedRequest,
  FeedServiceService,
  GetFeedRequest,
  ListFeedsRequest,
} from '../../src/rpc/gen/surgicam/v1/feed_service.js';
import { FeedSettings, PushFormat } from '../../src/rpc/gen/surgicam/v1/feed.js';
import { GetModelRequest, ModelServiceService } from '../../src/rpc/gen/surgicam/v1/model_service.js';
import { HeatmapEncoding } from '../../src/rpc/gen/surgicam/v1/analysis.js';
import { activeFfmpegCount } from '../../src/video/ffmpeg-registry.js';
import { anyBytes, damaged, wellFormed } from '../fixtures/hostile-messages.js';
import { PushHarness } from '../fixtures/push-harness.js';
import { ask } from '../fixtures/rpc-harness.js';

const SEED = 20_261_123;
const UNARY_MESSAGES = 800;
const STREAM_CALLS = 450;
const AT_ONCE = 24;

const DOCUMENTED = new Set([
  status.OK,
  status.INVALID_ARGUMENT,
  status.NOT_FOUND,
  status.ALREADY_EXISTS,
  status.FAILED_PRECONDITION,
  status.PERMISSION_DENIED,
  status.RESOURCE_EXHAUSTED,
  status.CANCELLED, // by the client itself
  status.UNIMPLEMENTED, // ReloadModels, where the models are fixed
]);

/** What a client must never read: a frame of a stack, or a folder of the server. */
const SECRET = /\bat \S+ \(|\.js:\d+:\d+|node:internal|node_modules|\/(?:tmp|work|root|home|usr|var)\//;

const same = (bytes: Buffer): Buffer => bytes;
const outputs = { boxes: true, outlines: true, heatmaps: { encoding: HeatmapEncoding.PNG, classIds: [1] } };
const settings = FeedSettings.fromPartial({
  feedId: 'fuzz-1',
  source: { source: { $case: 'phantom', value: { seed: 1, width: 64, height: 48, frameCount: 3 } } },
});

interface Send {
  readonly bytes: Buffer;
  readonly what: string;
}

describe('a service that is sent nonsense', () => {
  const harness = PushHarness.use();
  let client: Client;
  const seen = new Map<string, number>();
  let messages = 0;

  beforeEach(() => {
    client = new Client(harness.address, credentials.createInsecure());
  });
  afterEach(() => client.close());

  function judge(
    what: string,
    { code, details }: Pick<StatusObject, 'code' | 'details'>,
    sent: readonly Send[],
  ): void {
    const name = `${what} ${status[code]}`;
    seen.set(name, (seen.get(name) ?? 0) + 1);
    if (DOCUMENTED.has(code) && !SECRET.test(details)) return;
    const hex = sent.map(({ bytes }) => bytes.toString('hex').slice(0, 400)).join('\n');
    throw new Error(`${name}: ${details}\nseed ${SEED}, sent:\n${hex}`);
  }

  function mixed(good: Uint8Array, count: number): Buffer[] {
    const arbitrary = fc.oneof(anyBytes, wellFormed, wellFormed, damaged(good), damaged(good));
    return fc.sample(arbitrary, { seed: SEED, numRuns: count });
  }

  async function all<T>(items: readonly T[], work: (item: T) => Promise<void>): Promise<void> {
    let next = 0;
    const lane = async (): Promise<void> => {
      while (next < items.length) await work(items[next++]!);
    };
    await Promise.all(Array.from({ length: AT_ONCE }, lane));
  }

  async function deleteAll(): Promise<void> {
    await Promise.all(harness.feeds.list().map(({ id }) => harness.feeds.delete(id).catch(() => undefined)));
  }

  async function stillServes(): Promise<void> {
    await deleteAll();
    const image = await sharp({ create: { width: 20, height: 20, channels: 3, background: 'red' } })
      .png()
      .toBuffer();
    const request = { modelName: '', image, outputs: undefined, thresholds: undefined };
    const { frameAnalysis } = await ask(harness.analysis.analyzeImage.bind(harness.analysis), request);
    expect(frameAnalysis?.classScores).toHaveLength(3);
    expect(harness.feeds.list()).toEqual([]);
    expect(activeFfmpegCount()).toBe(0);
  }

  const good: [string, Uint8Array][] = [
    [FeedServiceService.createFeed.path, CreateFeedRequest.encode({ settings }).finish()],
    [FeedServiceService.getFeed.path, GetFeedRequest.encode({ feedId: 'fuzz-1' }).finish()],
    [FeedServiceService.deleteFeed.path, DeleteFeedRequest.encode({ feedId: 'fuzz-1' }).finish()],
    [FeedServiceService.listFeeds.path, ListFeedsRequest.encode({ pageSize: 5, pageToken: 'a' }).finish()],
    [
      AnalysisServiceService.analyzeImage.path,
      AnalyzeImageRequest.encode(
        AnalyzeImageRequest.fromPartial({ image: Buffer.from('89504e470d0a1a0a', 'hex'), outputs }),
      ).finish(),
    ],
    [ModelServiceService.getModel.path, GetModelRequest.encode({ modelName: 'small' }).finish()],
    [ModelServiceService.listModels.path, Buffer.of(8, 1)],
    [ModelServiceService.reloadModels.path, Buffer.of(8, 1)],
  ];

  it(`answers ${UNARY_MESSAGES * good.length} requests with documented statuses`, async () => {
    for (const [path, bytes] of good) {
      await all(mixed(bytes, UNARY_MESSAGES), async (request) => {
        messages++;
        const answered = await new Promise<Pick<StatusObject, 'code' | 'details'>>((resolve) => {
          client.makeUnaryRequest(path, same, same, request, (error) => {
            resolve(error ?? { code: status.OK, details: '' });
          });
        });
        judge(path, answered, [{ bytes: request, what: path }]);
        if (path === FeedServiceService.createFeed.path && answered.code === status.OK) await deleteAll();
      });
    }
    await stillServes();
  });

  const configure = SubscribeRequest.encode(
    SubscribeRequest.fromPartial({ request: { $case: 'configure', value: { feedId: 'or-1', outputs } } }),
  ).finish();
  const configurePush = AnalyzeStreamRequest.encode(
    AnalyzeStreamRequest.fromPartial({
      request: { $case: 'configure', value: { source: { format: PushFormat.PICTURES }, outputs } },
    }),
  ).finish();
  const streams: [string, Uint8Array][] = [
    [AnalysisServiceService.subscribe.path, configure],
    [AnalysisServiceService.analyzeStream.path, configurePush],
  ];

  it.each(streams)('ends streams of nonsense to %s with documented statuses', async (path, first) => {
    await harness.feeds.create({
      id: 'or-1',
      source: { uri: 'phantom://scene?size=64x48&fps=20', ownSpeed: false, loop: false },
      modelName: 'small',
      pacing: 'live',
      hardwareAcceleration: 'none',
    });
    const start = fc.constantFrom<'good' | 'bad'>('good', 'good', 'good', 'bad');
    const end = fc.constantFrom<'cancel' | 'close' | 'answer'>('cancel', 'close', 'answer');
    const nonsense = fc.array(fc.oneof(anyBytes, wellFormed, wellFormed, damaged(first)), {
      minLength: 1,
      maxLength: 10,
    });
    const calls = fc.sample(fc.tuple(start, nonsense, end), { seed: SEED, numRuns: STREAM_CALLS });
    await all(calls, async ([kind, rest, ending]) => {
      const sent = kind === 'good' ? [Buffer.from(first), ...rest] : rest;
      messages += sent.length;
      const call = client.makeBidiStreamRequest(path, same, same);
      call.on('error', () => undefined);
      const ended = new Promise<StatusObject>((resolve) => call.on('status', resolve));
      const answered = new Promise<void>((resolve) => call.once('data', () => resolve()));
      call.resume();
      for (const bytes of sent) call.write(bytes);
      if (ending === 'close') call.end();
      if (ending !== 'cancel') await Promise.race([ended, answered]);
      call.cancel();
      judge(
        path,
        await ended,
        sent.map((bytes) => ({ bytes, what: path })),
      );
    });
    await stillServes();
  });

  it('answers nonsense to WatchFeeds with documented statuses', async () => {
    const { path } = FeedServiceService.watchFeeds;
    await harness.feeds.create({
      id: 'or-1',
      source: { uri: 'phantom://scene?size=64x48&fps=20', ownSpeed: false, loop: false },
      modelName: 'small',
      pacing: 'live',
      hardwareAcceleration: 'none',
    });
    await all(mixed(Buffer.of(8, 1), 300), async (request) => {
      messages++;
      const call = client.makeServerStreamRequest(path, same, same, request);
      call.on('error', () => undefined);
      const ended = new Promise<StatusObject>((resolve) => call.on('status', resolve));
      const answered = new Promise<void>((resolve) => call.once('data', () => resolve()));
      await Promise.race([ended, answered]);
      call.cancel();
      judge(path, await ended, [{ bytes: request, what: path }]);
    });
    await stillServes();
  });

  it('was sent at least 10,000 messages, and refused most of them by their fields', () => {
    expect(messages).toBeGreaterThanOrEqual(10_000);
    expect(
      [...seen.keys()].filter((name) => name.endsWith('INVALID_ARGUMENT')).length,
    ).toBeGreaterThanOrEqual(6);
    expect(seen.get(`${AnalysisServiceService.subscribe.path} INVALID_ARGUMENT`)).toBeGreaterThan(50);
  });
});
