import { status } from '@grpc/grpc-js';
import { describe, expect, it } from '@jest/globals';
import { randomBytes } from 'node:crypto';
import sharp from 'sharp';
import {
  AnalyzeStreamConfiguration,
  type AnalyzeStreamResponse,
} from '../../src/rpc/gen/surgicam/v1/analysis_service.js';
import { CreateFeedRequest } from '../../src/rpc/gen/surgicam/v1/feed_service.js';
import { PushFormat } from '../../src/rpc/gen/surgicam/v1/feed.js';
import { decodeDetails } from '../fixtures/error-details.js';
import { CHUNK_BYTES, CLIP_FRAMES, PushHarness, type PushConfiguration } from '../fixtures/push-harness.js';
import { ask, refusal } from '../fixtures/rpc-harness.js';
import { StreamProbe } from '../fixtures/stream-probe.js';

describe('AnalyzeStream, when something is wrong', () => {
  const harness = PushHarness.use();

  it.each<[string, PushConfiguration, string]>([
    ['no source', {}, 'configure.source'],
    ['no format', { source: {} }, 'configure.source.format'],
    ['an unknown format', { source: { format: PushFormat.UNRECOGNIZED } }, 'configure.source.format'],
    [
      'raw frames without a size',
      { source: { format: PushFormat.RGB24, height: 9 } },
      'configure.source.width',
    ],
    ['a size of a container', { source: { format: PushFormat.MP4, height: 9 } }, 'configure.source.height'],
    [
      'a rate of a container',
      { source: { format: PushFormat.MP4, frameRate: 9 } },
      'configure.source.frame_rate',
    ],
    ['no rate at all', { source: { format: PushFormat.H264, frameRate: 0 } }, 'configure.source.frame_rate'],
    ['a bad feed id', { feedId: '../x', source: { format: PushFormat.H264 } }, 'configure.feed_id'],
    [
      'a bad threshold',
      { source: { format: PushFormat.H264 }, thresholds: { classThreshold: 2 } },
      'configure.thresholds.class_threshold',
    ],
  ])('refuses %s, naming the field', async (_, configuration, field) => {
    const { code, metadata } = await harness.push(configuration).probe.status;
    expect(code).toBe(status.INVALID_ARGUMENT);
    expect(decodeDetails(metadata).badRequest?.fieldViolations[0]?.field).toBe(field);
    expect(harness.feeds.list()).toEqual([]);
  });

  it.each<[string, PushFormat]>([
    ['MPEG-TS', PushFormat.MPEG_TS],
    ['H.264', PushFormat.H264],
    ['MP4', PushFormat.MP4],
    ['Matroska', PushFormat.MATROSKA],
    ['pictures', PushFormat.PICTURES],
  ])('ends the call of a producer that sends random bytes as %s, and no other', async (_, format) => {
    const good = harness.push({ source: { format: PushFormat.PICTURES } });
    await good.started();
    const bad = harness.push({ source: { format } });
    await bad.send(randomBytes(1 << 20));
    const ended = await bad.probe.status;
    expect(ended.code).toBe(status.INVALID_ARGUMENT);
    expect(ended.details).not.toMatch(/\/(?:tmp|work|root|home)|\bat .*:\d+/);
    good.chunk(
      await sharp({ create: { width: 9, height: 9, channels: 3, background: 'red' } })
        .png()
        .toBuffer(),
    );
    good.call.end();
    expect(await good.probe.status).toMatchObject({ code: status.OK });
    expect(good.frames()).toHaveLength(1);
  });

  it('says what to do with an MP4 that is not fragmented', async () => {
    // larger than what ffmpeg keeps of a pipe, so that it cannot go back
    const noisy = ['-vf', 'scale=480:360,noise=alls=60:allf=t', '-c:v', 'libx264', '-preset', 'ultrafast'];
    const bytes = await harness.converted('whole.mp4', ...noisy, '-crf', '45');
    const pushed = harness.push({ source: { format: PushFormat.MP4 } });
    await pushed.send(bytes);
    const { code, details } = await pushed.probe.status;
    expect([code, details]).toEqual([
      status.INVALID_ARGUMENT,
      expect.stringContaining('only fragmented MP4 can be pushed'),
    ]);
  });

  it('analyses a truncated stream as far as it goes', async () => {
    const bytes = await harness.converted('cut.ts', '-c:v', 'libx264', '-pix_fmt', 'yuv420p');
    const pushed = harness.push({ source: { format: PushFormat.MPEG_TS } });
    await pushed.send(bytes.subarray(0, Math.floor(bytes.length * 0.6)));
    expect([status.OK, status.INVALID_ARGUMENT]).toContain((await pushed.probe.status).code);
    expect(pushed.frames().length).toBeGreaterThan(5);
    expect(pushed.frames().length).toBeLessThan(CLIP_FRAMES);
  });

  it('lets everything go when the producer cancels', async () => {
    const bytes = await harness.converted('gone.ts', '-c:v', 'libx264', '-pix_fmt', 'yuv420p');
    const pushed = harness.push({ feedId: 'or-8', source: { format: PushFormat.MPEG_TS } });
    for (let i = 0; i < bytes.length; i += CHUNK_BYTES) pushed.chunk(bytes.subarray(i, i + CHUNK_BYTES));
    await pushed.nextFrame();
    const deleted = new Promise<void>((resolve) => {
      harness.feeds.changes().subscribe(({ kind }) => {
        if (kind === 'deleted') resolve();
      });
    });
    pushed.call.cancel();
    await deleted;
    expect(harness.feeds.list()).toEqual([]);
  });

  it('refuses what is no chunk, and a first message that configures nothing', async () => {
    const pushed = harness.push({ source: { format: PushFormat.MPEG_TS } });
    const value = AnalyzeStreamConfiguration.fromPartial({});
    pushed.call.write({ request: { $case: 'configure', value }, mediaTimeUs: undefined });
    expect(await pushed.probe.status).toMatchObject({
      code: status.INVALID_ARGUMENT,
      details: expect.stringContaining('request'),
    });
    const bare = harness.analysis.analyzeStream();
    const probe = new StreamProbe<AnalyzeStreamResponse>(bare);
    bare.write({ request: { $case: 'chunk', value: Buffer.of(1) }, mediaTimeUs: undefined });
    expect(await probe.status).toMatchObject({ code: status.INVALID_ARGUMENT });
  });

  it('refuses times that do not rise, and times of what has its own', async () => {
    const picture = await sharp({ create: { width: 9, height: 9, channels: 3, background: 'red' } })
      .png()
      .toBuffer();
    const pictures = harness.push({ source: { format: PushFormat.PICTURES } });
    pictures.chunk(picture, 10n);
    pictures.chunk(picture, 10n);
    expect((await pictures.probe.status).details).toContain('media_time_us');
    const stream = harness.push({ source: { format: PushFormat.MPEG_TS } });
    stream.chunk(Buffer.of(71), 5n);
    expect((await stream.probe.status).details).toContain('media_time_us');
  });

  it('bounds how many push, and how long one may send nothing', async () => {
    await harness.stop();
    await harness.start({ maxPushCalls: 1, maxPushIdleMs: 150 });
    const first = harness.push({ source: { format: PushFormat.MPEG_TS } });
    await first.started();
    const second = harness.push({ source: { format: PushFormat.MPEG_TS } });
    const refused = await second.probe.status;
    expect(refused).toMatchObject({
      code: status.RESOURCE_EXHAUSTED,
      details: expect.stringContaining('maxPushCalls is 1'),
    });
    const idle = await first.probe.status;
    expect(idle).toMatchObject({
      code: status.RESOURCE_EXHAUSTED,
      details: expect.stringContaining('maxPushIdleMs'),
    });
    expect(decodeDetails(idle.metadata).retryInfo).toBeDefined();
  });

  it('is not asked for by CreateFeed', async () => {
    const request = CreateFeedRequest.fromPartial({
      settings: { feedId: 'or-9', source: { source: { $case: 'push', value: { format: PushFormat.H264 } } } },
    });
    const error = await refusal(ask(harness.feedService.createFeed.bind(harness.feedService), request));
    expect(error.code).toBe(status.INVALID_ARGUMENT);
    expect(error.details).toContain('AnalyzeStream');
  });

  it('ends with UNAVAILABLE when the service shuts down, after what was analysed', async () => {
    const bytes = await harness.converted('drain.rgb', '-f', 'rawvideo', '-pix_fmt', 'rgb24');
    const pushed = harness.push({ source: { format: PushFormat.RGB24, width: 160, height: 120 } });
    for (let i = 0; i < bytes.length; i += CHUNK_BYTES) pushed.chunk(bytes.subarray(i, i + CHUNK_BYTES));
    await pushed.nextFrame();
    await harness.stop();
    expect(await pushed.probe.status).toMatchObject({ code: status.UNAVAILABLE });
    const numbers = pushed.frames().map(({ sequence }) => Number(sequence));
    expect(numbers).toEqual([...numbers.keys()]);
  });
});
