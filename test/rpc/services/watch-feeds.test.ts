import { status } from '@grpc/grpc-js';
import { describe, expect, it } from '@jest/globals';
import { FeedChangeKind, FeedServiceService } from '../../../src/rpc/gen/surgicam/v1/feed_service.js';
import type { WatchFeedsResponse } from '../../../src/rpc/gen/surgicam/v1/feed_service.js';
import { FeedState } from '../../../src/rpc/gen/surgicam/v1/feed.js';
import { eachHarness } from '../../fixtures/each-harness.js';
import type { RpcHarness } from '../../fixtures/rpc-harness.js';
import { StreamProbe } from '../../fixtures/stream-probe.js';

let harness: RpcHarness;
eachHarness([], (fresh) => (harness = fresh));

const watch = () => {
  const call = harness.feedService.watchFeeds({});
  return { call, probe: new StreamProbe<WatchFeedsResponse>(call) };
};
const brief = ({ kind, feed }: WatchFeedsResponse) => [kind, feed?.settings?.feedId] as const;

describe('WatchFeeds', () => {
  it('gives what there is, then every change (basic)', async () => {
    harness.feeds.add('a');
    const { probe } = watch();
    expect(await probe.next(brief)).toEqual([FeedChangeKind.EXISTING, 'a']);
    harness.feeds.add('b');
    expect(await probe.next(brief)).toEqual([FeedChangeKind.CREATED, 'b']);
    harness.feeds.get('a').setState({ kind: 'stalled', sinceMs: Date.now() });
    const changed = await probe.next((response) => response);
    expect(brief(changed)).toEqual([FeedChangeKind.STATE_CHANGED, 'a']);
    expect(changed.feed?.status?.state).toBe(FeedState.STALLED);
    await harness.feeds.delete('a');
    expect(await probe.next(brief)).toEqual([FeedChangeKind.DELETED, 'a']);
  });

  it('tells when a picture freezes, and when it moves again', async () => {
    const feed = harness.feeds.add('a');
    const { probe } = watch();
    await probe.next(brief);
    for (const frozenSinceMs of [1_700_000_000_000, undefined]) {
      feed.setState({ kind: 'live', sinceMs: 0, ...(frozenSinceMs === undefined ? {} : { frozenSinceMs }) });
      const { kind, feed: changed } = await probe.next((response) => response);
      expect([kind, changed?.status?.state]).toEqual([FeedChangeKind.STATE_CHANGED, FeedState.LIVE]);
      expect(changed?.status?.frozenSince?.getTime()).toBe(frozenSinceMs);
    }
  });

  it('ends when the client cancels, and stops listening', async () => {
    harness.feeds.add('a');
    const { call, probe } = watch();
    await probe.next(brief);
    expect(harness.feeds.watchers).toBe(1);
    call.cancel();
    expect((await probe.status).code).toBe(status.CANCELLED);
    await harness.feeds.unwatched();
    expect(harness.feeds.watchers).toBe(0);
  });

  it('is refused with bytes that are no request (error)', async () => {
    const { path, responseDeserialize } = FeedServiceService.watchFeeds;
    const call = harness.feedService.makeServerStreamRequest(
      path,
      (bytes: Buffer) => bytes,
      responseDeserialize,
      Buffer.from([0x0a, 0xff]),
    );
    expect((await new StreamProbe(call).status).code).toBe(status.INVALID_ARGUMENT);
    expect(harness.feeds.watchers).toBe(0);
  });

  it('keeps the newest change of each feed for a slow reader', async () => {
    harness.feeds.add('a');
    const { call, probe } = watch();
    await probe.next(brief);
    call.pause();
    const count = 20_000;
    for (let i = 1; i <= count; i++) harness.feeds.get('a').setState({ kind: 'live', sinceMs: i });
    harness.feeds.add('last');
    call.resume();
    await probe.next((response) => (brief(response)[1] === 'last' ? true : undefined));
    const changes = probe.received.filter(({ kind }) => kind === FeedChangeKind.STATE_CHANGED);
    expect(changes.at(-1)?.feed?.status?.since?.getTime()).toBe(count);
    expect(changes.length).toBeLessThan(1000);
  });
});
