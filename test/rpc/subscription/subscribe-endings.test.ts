import { Metadata, status } from '@grpc/grpc-js';
import { describe, expect, it } from '@jest/globals';
import { once } from 'node:events';
import { AnalysisServiceService, Delivery } from '../../../src/rpc/gen/surgicam/v1/analysis_service.js';
import { FeedState } from '../../../src/rpc/gen/surgicam/v1/feed.js';
import { eachHarness } from '../../fixtures/each-harness.js';
import { decodeDetails } from '../../fixtures/error-details.js';
import { RpcHarness } from '../../fixtures/rpc-harness.js';
import { sampleFrames } from '../../fixtures/sample-analysis.js';
import { StreamProbe } from '../../fixtures/stream-probe.js';

let harness: RpcHarness;
const folder = eachHarness(['or-1'], (fresh) => (harness = fresh));

const everyFrame = { feedId: 'or-1', delivery: Delivery.EVERY_FRAME };
const feed = () => harness.feeds.get('or-1');

describe('Subscribe ends', () => {
  it('with INVALID_ARGUMENT when the first message is no configuration', async () => {
    const { call, probe } = harness.subscribe();
    call.write({ request: { $case: 'pause', value: {} } });
    const end = await probe.status;
    expect(end.code).toBe(status.INVALID_ARGUMENT);
    expect(decodeDetails(end.metadata).badRequest?.fieldViolations[0]).toMatchObject({ field: 'request' });
  });

  it('with INVALID_ARGUMENT when the client closes before it said anything (early close)', async () => {
    const { call, probe } = harness.subscribe();
    call.end();
    expect(await probe.status).toMatchObject({
      code: status.INVALID_ARGUMENT,
      details: 'request is absent; allowed: configure as the first message',
    });
  });

  it.each([
    ['NOT_FOUND for a feed that is not there', { feedId: 'or-2' }, status.NOT_FOUND],
    ['INVALID_ARGUMENT for a bad feed id', { feedId: '' }, status.INVALID_ARGUMENT],
    ['INVALID_ARGUMENT for a bad field', { feedId: 'or-1', maxRate: -1 }, status.INVALID_ARGUMENT],
    [
      'INVALID_ARGUMENT for a bad preview',
      { feedId: 'or-1', outputs: { preview: { maxWidth: 15 } } },
      status.INVALID_ARGUMENT,
    ],
  ])('with %s', async (_name, configuration, code) => {
    const { probe } = harness.subscribe(configuration);
    expect((await probe.status).code).toBe(code);
    expect(probe.received).toEqual([]);
    expect(feed().openSubscriptions).toBe(0);
  });

  it('with INVALID_ARGUMENT for a later configuration that is bad', async () => {
    const subscription = harness.subscribe(everyFrame);
    await subscription.next('started');
    subscription.configure({ ...everyFrame, feedId: 'or-9' });
    const end = await subscription.probe.status;
    expect(end.code).toBe(status.INVALID_ARGUMENT);
    expect(decodeDetails(end.metadata).badRequest?.fieldViolations[0]?.field).toBe('configure.feed_id');
    expect(feed().openSubscriptions).toBe(0);
  });

  it('with INVALID_ARGUMENT when the bytes of a request are no request (request-stream error)', async () => {
    const { path, responseDeserialize } = AnalysisServiceService.subscribe;
    const call = harness.analysis.makeBidiStreamRequest(
      path,
      (bytes: Buffer) => bytes,
      responseDeserialize,
      new Metadata(),
    );
    const probe = new StreamProbe(call);
    call.write(Buffer.from([0x0a, 0xff]));
    expect(await probe.status).toMatchObject({
      code: status.INVALID_ARGUMENT,
      details: 'the request is not the message of the contract',
    });
  });

  it('when the client cancels, and gives everything back', async () => {
    const subscription = harness.subscribe(everyFrame);
    await subscription.next('feedStateChange');
    expect(feed().openSubscriptions).toBe(1);
    const closed = once(feed().events, 'unsubscribed');
    subscription.call.cancel();
    expect((await subscription.probe.status).code).toBe(status.CANCELLED);
    await closed;
    expect(feed().openSubscriptions).toBe(0);
  });

  it('with OK after the feed has ended and everything was delivered', async () => {
    const subscription = harness.subscribe(everyFrame);
    await subscription.next('feedStateChange');
    feed().publish(...sampleFrames(0, 3));
    feed().setState({ kind: 'ended', sinceMs: Date.now() });
    for (const sequence of [0n, 1n, 2n]) {
      expect((await subscription.next('frameAnalysis')).sequence).toBe(sequence);
    }
    expect((await subscription.next('feedStateChange')).feed?.status?.state).toBe(FeedState.ENDED);
    expect(await subscription.probe.status).toMatchObject({ code: status.OK });
  });

  it('with OK when it began after the end, history first', async () => {
    feed().publish(...sampleFrames(0, 2));
    feed().setState({ kind: 'ended', sinceMs: Date.now() });
    const { probe } = harness.subscribe({ ...everyFrame, resumeAfterSequence: 0n });
    expect(await probe.status).toMatchObject({ code: status.OK });
    expect(probe.received.map(({ response }) => response?.$case)).toEqual([
      'started',
      'feedStateChange',
      'frameAnalysis',
    ]);
  });

  it('with FAILED_PRECONDITION after the feed has failed, without its secrets', async () => {
    const subscription = harness.subscribe(everyFrame);
    await subscription.next('feedStateChange');
    feed().setState({ kind: 'failed', sinceMs: Date.now(), reason: 'rtsp://a:hunter2@cam/1: no route' });
    const { feed: last } = await subscription.next('feedStateChange');
    expect(last?.status).toMatchObject({ state: FeedState.FAILED, reason: 'rtsp://***@cam/1: no route' });
    const end = await subscription.probe.status;
    expect(end).toMatchObject({
      code: status.FAILED_PRECONDITION,
      details: "feed 'or-1' has failed: rtsp://***@cam/1: no route",
    });
    expect(decodeDetails(end.metadata).resourceInfo?.resourceName).toBe('or-1');
  });

  it('with OK when the feed is deleted', async () => {
    const subscription = harness.subscribe(everyFrame);
    await subscription.next('feedStateChange');
    await harness.feeds.delete('or-1');
    expect(await subscription.probe.status).toMatchObject({ code: status.OK });
  });

  it('with RESOURCE_EXHAUSTED when there are too many, naming the limit', async () => {
    const strict = await RpcHarness.start(folder, { limits: { maxSubscriptions: 1 } }, harness.feeds);
    const first = strict.subscribe(everyFrame);
    await first.next('started');
    const end = await strict.subscribe(everyFrame).probe.status;
    await strict.stop();
    expect(end.code).toBe(status.RESOURCE_EXHAUSTED);
    expect(end.details).toContain('maxSubscriptions');
    expect(decodeDetails(end.metadata).retryInfo).toBeDefined();
  });
});
