import { status } from '@grpc/grpc-js';
import { describe, expect, it } from '@jest/globals';
import { once } from 'node:events';
import sharp from 'sharp';
import { HeatmapEncoding } from '../../src/rpc/gen/surgicam/v1/analysis.js';
import {
  Delivery,
  SubscriptionConfiguration,
  type SubscribeResponse,
} from '../../src/rpc/gen/surgicam/v1/analysis_service.js';
import { Pacing, PushFormat } from '../../src/rpc/gen/surgicam/v1/feed.js';
import { CLIP_FRAMES, PushHarness } from '../fixtures/push-harness.js';
import { ask, valueOf } from '../fixtures/rpc-harness.js';
import { StreamProbe } from '../fixtures/stream-probe.js';

describe('AnalyzeStream', () => {
  const harness = PushHarness.use();

  it.each<[string, PushFormat, string, string[]]>([
    ['MPEG-TS', PushFormat.MPEG_TS, 'pushed.ts', ['-c:v', 'libx264', '-pix_fmt', 'yuv420p']],
    ['H.264', PushFormat.H264, 'pushed.h264', ['-c:v', 'libx264', '-pix_fmt', 'yuv420p', '-bf', '0']],
    ['H.265', PushFormat.H265, 'pushed.hevc', ['-c:v', 'libx265', '-x265-params', 'log-level=error']],
    [
      'fragmented MP4',
      PushFormat.MP4,
      'pushed.mp4',
      ['-c:v', 'libx264', '-movflags', 'frag_keyframe+empty_moov'],
    ],
    ['Matroska', PushFormat.MATROSKA, 'pushed.mkv', ['-c:v', 'libx264']],
  ])('analyses every frame of %s and ends with OK', async (_, format, name, output) => {
    const bytes = await harness.converted(name, ...output);
    const pushed = harness.push({ source: { format }, outputs: { boxes: true } });
    await pushed.send(bytes);
    expect(await pushed.probe.status).toMatchObject({ code: status.OK });
    const frames = pushed.frames();
    expect(frames.map(({ sequence }) => Number(sequence))).toEqual([...Array(CLIP_FRAMES).keys()]);
    expect(frames[0]).toMatchObject({ frameWidth: 160, frameHeight: 120 });
    const times = frames.map(({ mediaTimeUs }) => Number(mediaTimeUs));
    for (const [i, time] of times.entries())
      expect(Math.abs(time - times[0]! - i * 40_000)).toBeLessThan(1500);
    expect(pushed.gaps()).toEqual([]);
    expect(harness.feeds.list()).toEqual([]);
  });

  it('analyses raw frames as the file they came from', async () => {
    const bytes = await harness.converted('pushed.rgb', '-f', 'rawvideo', '-pix_fmt', 'rgb24');
    const source = { format: PushFormat.RGB24, width: 160, height: 120, frameRate: 50 };
    const pushed = harness.push({ source });
    await pushed.send(bytes);
    expect(await pushed.probe.status).toMatchObject({ code: status.OK });
    expect(pushed.frames()).toHaveLength(CLIP_FRAMES);
    expect(Number(pushed.frames()[1]!.mediaTimeUs)).toBe(20_000);
  });

  it('gives the analysis of the newest frame while the producer is silent', async () => {
    const bytes = await harness.converted('open.rgb', '-f', 'rawvideo', '-pix_fmt', 'rgb24');
    const source = { format: PushFormat.RGB24, width: 160, height: 120 };
    const pushed = harness.push({ source });
    pushed.chunk(bytes);
    let frame = await pushed.nextFrame();
    while (Number(frame.sequence) < CLIP_FRAMES - 1) frame = await pushed.nextFrame();
    pushed.call.end();
    expect(await pushed.probe.status).toMatchObject({ code: status.OK });
    expect(pushed.frames()).toHaveLength(CLIP_FRAMES);
  });

  it('analyses pictures of any size, with the times they are given, as AnalyzeImage does', async () => {
    const sizes = [
      [64, 48],
      [200, 100],
      [33, 71],
    ] as const;
    const noise = { type: 'gaussian', mean: 128, sigma: 50 } as const;
    const pictures = await Promise.all(
      sizes.map(([width, height], i) => {
        const picture = sharp({ create: { width, height, channels: 3, background: 'red', noise } });
        return i === 1 ? picture.jpeg().toBuffer() : picture.png().toBuffer();
      }),
    );
    const pushed = harness.push({ source: { format: PushFormat.PICTURES, frameRate: 10 } });
    pushed.chunk(pictures[0]!);
    pushed.chunk(pictures[1]!);
    pushed.chunk(pictures[2]!, 5_000_000n);
    pushed.call.end();
    expect(await pushed.probe.status).toMatchObject({ code: status.OK });
    const frames = pushed.frames();
    expect(frames.map(({ mediaTimeUs }) => Number(mediaTimeUs))).toEqual([0, 100_000, 5_000_000]);
    expect(frames.map(({ frameWidth, frameHeight }) => [frameWidth, frameHeight])).toEqual(sizes);
    for (const [i, image] of pictures.entries()) {
      const request = { modelName: '', image, outputs: undefined, thresholds: undefined };
      const { frameAnalysis } = await ask(harness.analysis.analyzeImage.bind(harness.analysis), request);
      expect(frames[i]!.classScores).toEqual(frameAnalysis!.classScores);
    }
  });

  it('makes a feed that others see and follow, and that is gone with the call', async () => {
    const bytes = await harness.converted('named.ts', '-c:v', 'libx264', '-pix_fmt', 'yuv420p');
    const pushed = harness.push({ feedId: 'or-7', source: { format: PushFormat.MPEG_TS } });
    await pushed.started();
    const call = harness.analysis.subscribe();
    const follower = new StreamProbe<SubscribeResponse>(call);
    const value = SubscriptionConfiguration.fromPartial({ feedId: 'or-7', delivery: Delivery.EVERY_FRAME });
    call.write({ request: { $case: 'configure', value } });
    await follower.next((response) => valueOf('started', response));
    const { feed } = await ask(harness.feedService.getFeed.bind(harness.feedService), { feedId: 'or-7' });
    expect(feed?.settings?.source?.source).toMatchObject({
      $case: 'push',
      value: { format: PushFormat.MPEG_TS },
    });
    const second = harness.push({ feedId: 'or-7', source: { format: PushFormat.MPEG_TS } });
    expect(await second.probe.status).toMatchObject({ code: status.ALREADY_EXISTS });
    await pushed.send(bytes);
    expect(await pushed.probe.status).toMatchObject({ code: status.OK });
    expect(await follower.status).toMatchObject({ code: status.OK });
    const seen = follower.received.flatMap((response) => valueOf('frameAnalysis', response) ?? []);
    expect(seen.map(({ sequence }) => sequence)).toEqual(pushed.frames().map(({ sequence }) => sequence));
    expect(harness.feeds.list()).toEqual([]);
  });

  it('holds back a producer that does not read its analyses, and loses none', async () => {
    const bytes = await harness.converted('held.rgb', '-f', 'rawvideo', '-pix_fmt', 'rgb24');
    const outputs = { heatmaps: { encoding: HeatmapEncoding.FULL_F32, classIds: [] } };
    const source = { format: PushFormat.RGB24, width: 160, height: 120 };
    const pushed = harness.push({ source, outputs, thresholds: { classThreshold: 0 } });
    await pushed.started();
    pushed.call.pause();
    const sending = pushed.send(Buffer.concat(Array<Buffer>(8).fill(bytes)));
    const filled = await Promise.race([
      sending.then(() => 'all sent'),
      once(pushed.call, 'drain').then(() => 'held'),
    ]);
    expect(filled).toBe('held');
    pushed.call.resume();
    await sending;
    expect(await pushed.probe.status).toMatchObject({ code: status.OK });
    expect(pushed.frames()).toHaveLength(8 * CLIP_FRAMES);
    expect(pushed.gaps()).toEqual([]);
  });

  it('takes live video as it comes, and counts what it could not analyse', async () => {
    const bytes = await harness.converted('live.rgb', '-f', 'rawvideo', '-pix_fmt', 'rgb24');
    const source = { format: PushFormat.RGB24, width: 160, height: 120 };
    const pushed = harness.push({ source, pacing: Pacing.LIVE });
    await pushed.send(Buffer.concat(Array<Buffer>(4).fill(bytes)));
    expect(await pushed.probe.status).toMatchObject({ code: status.OK });
    const frames = pushed.frames();
    expect(Number(frames.at(-1)!.sequence)).toBe(4 * CLIP_FRAMES - 1);
    // What was dropped before an analysis that was itself skipped is told by nobody but the feed's counters.
    const dropped = frames
      .flatMap(({ framesDropped }) => framesDropped)
      .reduce((n, { count }) => n + Number(count), 0);
    const skipped = pushed.probe.received.reduce((n, r) => n + Number(r.skipped?.slowReader ?? 0n), 0);
    expect(dropped + skipped).toBeGreaterThan(0);
    expect(frames.length + dropped + skipped).toBeLessThanOrEqual(4 * CLIP_FRAMES);
  });
});
