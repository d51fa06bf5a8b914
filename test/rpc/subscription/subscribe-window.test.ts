import { status } from '@grpc/grpc-js';
import { describe, expect, it } from '@jest/globals';
import { Delivery, GapReason } from '../../../src/rpc/gen/surgicam/v1/analysis_service.js';
import { FeedState } from '../../../src/rpc/gen/surgicam/v1/feed.js';
import { eachHarness } from '../../fixtures/each-harness.js';
import { decodeDetails } from '../../fixtures/error-details.js';
import type { RpcHarness, Subscription } from '../../fixtures/rpc-harness.js';
import { sampleFrames } from '../../fixtures/sample-analysis.js';

let harness: RpcHarness;
eachHarness(['or-1'], (fresh) => (harness = fresh));

const everyFrame = { feedId: 'or-1', delivery: Delivery.EVERY_FRAME };
const feed = () => harness.feeds.get('or-1');
const acknowledge = ({ call }: Subscription, sequence: bigint) =>
  call.write({ request: { $case: 'acknowledge', value: { sequence } } });
const pause = ({ call }: Subscription) => call.write({ request: { $case: 'pause', value: {} } });
const sequences = ({ probe }: Subscription) =>
  probe.received.flatMap(({ response }) =>
    response?.$case === 'frameAnalysis' ? [Number(response.value.sequence)] : [],
  );

/** A subscription that is told to be in force. */
async function following(configuration: Parameters<RpcHarness['subscribe']>[0]): Promise<Subscription> {
  const subscription = harness.subscribe(configuration);
  await subscription.next('feedStateChange');
  return subscription;
}

describe('Subscribe with acknowledgements', () => {
  it('remembers the newest, and tells it', async () => {
    const subscription = await following(everyFrame);
    feed().publish(...sampleFrames(0, 3));
    while ((await subscription.next('frameAnalysis')).sequence < 2n);
    acknowledge(subscription, 1n);
    acknowledge(subscription, 0n);
    const heartbeat = await subscription.next('heartbeat');
    expect(heartbeat).toMatchObject({ lastSequence: 2n, acknowledgedSequence: 1n });
    expect(heartbeat.unacknowledged).toBeUndefined();
  });

  it('sends no more than the window, and every frame in the end', async () => {
    const subscription = await following({ ...everyFrame, maxUnacknowledged: 3 });
    feed().publish(...sampleFrames(0, 8));
    const held = await subscription.next('heartbeat');
    expect(held).toMatchObject({ lastSequence: 2n, unacknowledged: 3 });
    expect(held.acknowledgedSequence).toBeUndefined();
    expect(sequences(subscription)).toEqual([0, 1, 2]);
    acknowledge(subscription, 1n);
    expect(await subscription.next('heartbeat')).toMatchObject({
      lastSequence: 4n,
      acknowledgedSequence: 1n,
      unacknowledged: 3,
    });
    acknowledge(subscription, 4n);
    await subscription.next('heartbeat');
    acknowledge(subscription, 7n);
    expect(await subscription.next('heartbeat')).toMatchObject({
      acknowledgedSequence: 7n,
      unacknowledged: 0,
    });
    expect(sequences(subscription)).toEqual([0, 1, 2, 3, 4, 5, 6, 7]);
  });

  it('gives a LATEST reader the newest when it is ready again', async () => {
    const subscription = await following({ feedId: 'or-1', maxUnacknowledged: 1 });
    feed().publish(...sampleFrames(0, 1));
    await subscription.next('frameAnalysis');
    feed().publish(...sampleFrames(1, 6));
    acknowledge(subscription, 0n);
    expect((await subscription.next('frameAnalysis')).sequence).toBe(5n);
  });

  it('delivers the rest to a client that has closed its half', async () => {
    const subscription = await following({ ...everyFrame, maxUnacknowledged: 1 });
    feed().publish(...sampleFrames(0, 3));
    feed().setState({ kind: 'ended', sinceMs: Date.now() });
    await subscription.next('frameAnalysis');
    subscription.call.end();
    expect((await subscription.probe.status).code).toBe(status.OK);
    expect(sequences(subscription)).toEqual([0, 1, 2]);
  });

  it('refuses a frame that was not sent, by the name of the field', async () => {
    const subscription = await following(everyFrame);
    acknowledge(subscription, 0n);
    const end = await subscription.probe.status;
    expect(end.code).toBe(status.INVALID_ARGUMENT);
    expect(decodeDetails(end.metadata).badRequest?.fieldViolations[0]?.field).toBe('acknowledge.sequence');
  });

  it.each([0, 1025])('refuses a window of %i', async (maxUnacknowledged) => {
    const { probe } = harness.subscribe({ ...everyFrame, maxUnacknowledged });
    const end = await probe.status;
    expect(end.code).toBe(status.INVALID_ARGUMENT);
    expect(end.details).toContain('configure.max_unacknowledged');
  });
});

describe('a paused subscription', () => {
  it('ends with its feed, and is told which frames it missed', async () => {
    const subscription = await following(everyFrame);
    feed().publish(...sampleFrames(0, 2));
    while ((await subscription.next('frameAnalysis')).sequence < 1n);
    pause(subscription);
    await subscription.next('heartbeat');
    feed().publish(...sampleFrames(2, 5));
    feed().setState({ kind: 'ended', sinceMs: Date.now() });
    expect(await subscription.next('gap')).toEqual({
      fromSequence: 2n,
      toSequence: 4n,
      reason: GapReason.PAUSED,
    });
    expect((await subscription.next('feedStateChange')).feed?.status?.state).toBe(FeedState.ENDED);
    expect((await subscription.probe.status).code).toBe(status.OK);
    const again = harness.subscribe({ ...everyFrame, resumeAfterSequence: 1n });
    expect((await again.probe.status).code).toBe(status.OK);
    expect(sequences(again)).toEqual([2, 3, 4]);
  });

  it('ends with the failure of its feed', async () => {
    const subscription = await following({ feedId: 'or-1' });
    pause(subscription);
    await subscription.next('heartbeat');
    feed().setState({ kind: 'failed', sinceMs: Date.now(), reason: 'no route' });
    expect((await subscription.probe.status).code).toBe(status.FAILED_PRECONDITION);
  });

  it('ends when its feed is deleted', async () => {
    const subscription = await following({ feedId: 'or-1' });
    pause(subscription);
    await subscription.next('heartbeat');
    await harness.feeds.delete('or-1');
    expect((await subscription.probe.status).code).toBe(status.OK);
    expect(harness.feeds.list()).toEqual([]);
  });
});
