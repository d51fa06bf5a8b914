import { status } from '@grpc/grpc-js';
import { describe, expect, it } from '@jest/globals';
import { FrameDropReason } from '../../../src/rpc/gen/surgicam/v1/analysis.js';
import { CreateFeedRequest } from '../../../src/rpc/gen/surgicam/v1/feed_service.js';
import { FeedState, Pacing } from '../../../src/rpc/gen/surgicam/v1/feed.js';
import { eachHarness } from '../../fixtures/each-harness.js';
import { decodeDetails } from '../../fixtures/error-details.js';
import { ask, refusal, type RpcHarness } from '../../fixtures/rpc-harness.js';

let harness: RpcHarness;
eachHarness([], (fresh) => (harness = fresh));

const createFeed = (settings: Parameters<typeof CreateFeedRequest.fromPartial>[0]['settings']) =>
  ask(
    harness.feedService.createFeed.bind(harness.feedService),
    CreateFeedRequest.fromPartial(settings === undefined ? {} : { settings }),
  );
const getFeed = (feedId: string) => ask(harness.feedService.getFeed.bind(harness.feedService), { feedId });
const listFeeds = (pageSize = 0, pageToken = '') =>
  ask(harness.feedService.listFeeds.bind(harness.feedService), { pageSize, pageToken });
const deleteFeed = (feedId: string) =>
  ask(harness.feedService.deleteFeed.bind(harness.feedService), { feedId });
const camera = (uri: string) => ({ source: { $case: 'uri', value: { uri } } }) as const;

describe('FeedService', () => {
  it('creates, gives, lists and deletes a feed', async () => {
    const { feed } = await createFeed({ feedId: 'or-1', source: camera('rtsp://cam.local/1') });
    expect(feed?.settings).toMatchObject({ feedId: 'or-1', modelName: 'small', pacing: Pacing.LIVE });
    expect(feed?.status).toMatchObject({ state: FeedState.LIVE, reason: '' });
    expect((await getFeed('or-1')).feed).toEqual(feed);
    expect((await listFeeds()).feeds).toEqual([feed]);
    expect((await deleteFeed('or-1')).feed).toEqual(feed);
    expect((await listFeeds()).feeds).toEqual([]);
  });

  it('tells why frames were dropped', async () => {
    const dropsByReason = { superseded: 3, rate_limited: 40 };
    harness.feeds.add('or-1').count({ framesDecoded: 50, framesDropped: 43, dropsByReason });
    expect((await getFeed('or-1')).feed?.counters).toMatchObject({
      framesDropped: 43n,
      dropsByReason: [
        { reason: FrameDropReason.SUPERSEDED, count: 3n },
        { reason: FrameDropReason.RATE_LIMITED, count: 40n },
      ],
    });
  });

  it('never shows the credentials it was given', async () => {
    const uri = 'rtsp://surgeon:hunter2@cam.local/1?token=hunter2';
    const created = await createFeed({ feedId: 'or-1', source: camera(uri) });
    const shown = [created, await getFeed('or-1'), await listFeeds(), await deleteFeed('or-1')];
    for (const answer of shown) {
      const text = JSON.stringify(answer, (_, value: unknown) =>
        typeof value === 'bigint' ? Number(value) : value,
      );
      expect(text).toContain('cam.local');
      expect(text).not.toContain('hunter2');
    }
    expect(harness.feeds.list()).toEqual([]);
  });

  it('gives the feeds a page at a time', async () => {
    for (const id of ['c', 'a', 'b']) harness.feeds.add(id);
    const first = await listFeeds(2);
    const second = await listFeeds(2, first.nextPageToken);
    expect(first.feeds.map((feed) => feed.settings?.feedId)).toEqual(['a', 'b']);
    expect(second.feeds.map((feed) => feed.settings?.feedId)).toEqual(['c']);
    expect(second.nextPageToken).toBe('');
    expect((await refusal(listFeeds(2, 'nonsense'))).code).toBe(status.INVALID_ARGUMENT);
  });

  it('names what is missing, taken or bad', async () => {
    const missing = await refusal(getFeed('or-1'));
    expect(missing.code).toBe(status.NOT_FOUND);
    expect(decodeDetails(missing.metadata).resourceInfo).toMatchObject({
      resourceType: 'feed',
      resourceName: 'or-1',
    });
    expect((await refusal(deleteFeed('or-1'))).code).toBe(status.NOT_FOUND);
    harness.feeds.add('or-1');
    const source = camera('rtsp://cam.local/1');
    expect((await refusal(createFeed({ feedId: 'or-1', source }))).code).toBe(status.ALREADY_EXISTS);
    expect((await refusal(createFeed({ feedId: 'or-2', source, modelName: 'x' }))).code).toBe(
      status.NOT_FOUND,
    );
    const bad = await refusal(createFeed(undefined));
    expect(decodeDetails(bad.metadata).badRequest?.fieldViolations[0]?.field).toBe('settings');
  });

  it('tells a defect in one fixed text', async () => {
    const defect = new TypeError(
      'cannot read properties of undefined at /srv/surgicam/dist/feeds/feed.js:12:3',
    );
    harness.feeds.get = () => {
      throw defect;
    };
    const error = await refusal(getFeed('or-1'));
    expect(error).toMatchObject({
      code: status.INTERNAL,
      details: 'internal error; the server log has the details',
    });
  });
});
