import { describe, expect, it } from '@jest/globals';
import { toSource } from '../../../src/cli/commands/feed-add.js';
import { feedLine, feedTable, stateText } from '../../../src/cli/terminal/feed-table.js';
import {
  FeedState,
  HardwareAcceleration,
  Pacing,
  PhantomPace,
  type Feed,
  type FeedStatus,
} from '../../../src/rpc/gen/surgicam/v1/feed.js';

const status = (changes: Partial<FeedStatus> = {}): FeedStatus => ({
  state: FeedState.LIVE,
  since: new Date(0),
  reason: '',
  reconnection: undefined,
  frozenSince: undefined,
  sourceLog: [],
  ...changes,
});

const feed = (feedId: string, source: string): Feed => ({
  settings: {
    feedId,
    source: toSource(source, {}),
    modelName: 'phantom',
    pacing: Pacing.LIVE,
    hardwareAcceleration: HardwareAcceleration.AUTO,
  },
  status: status(),
  counters: {
    framesDecoded: 100n,
    framesAnalyzed: 90n,
    framesDropped: 10n,
    inputRate: 25,
    analyzedRate: 22.5,
    latencyP50Ms: 30,
    latencyP95Ms: 41.4,
    latencyP99Ms: 50,
    dropsByReason: [],
  },
  frameWidth: 640,
  frameHeight: 512,
  createTime: new Date(0),
});

describe('feeds as text', () => {
  it('line up under their headings', () => {
    const lines = feedTable([feed('or-1', 'rtsp://camera/1'), feed('a-longer-name', 'phantom://?seed=7')]);
    expect(lines).toEqual([
      'FEED           STATE  MODEL    PACING  DECODED  ANALYSED  DROPPED  FRAMES/S  P95 MS  SOURCE',
      'or-1           live   phantom  live    100      90        10       22.5      41      rtsp://camera/1',
      'a-longer-name  live   phantom  live    100      90        10       22.5      41      phantom://scene?seed=7',
    ]);
  });

  it('are a heading alone when there are none', () => {
    expect(feedTable([])).toHaveLength(1);
  });

  it('fit a sentence', () => {
    expect(feedLine(feed('or-1', 'phantom://'))).toBe('or-1 live: phantom://scene through phantom');
  });

  it('say why a feed failed and how often it was tried', () => {
    expect(stateText(status({ state: FeedState.FAILED, reason: 'no such file' }))).toBe(
      'failed: no such file',
    );
    expect(stateText(status({ frozenSince: new Date(0) }))).toBe('live, frozen');
    const reconnection = { attempt: 3, nextTryTime: new Date(0) };
    expect(stateText(status({ state: FeedState.RECONNECTING, reason: 'timeout', reconnection }))).toBe(
      'reconnecting (attempt 3): timeout',
    );
    expect(stateText(undefined)).toBe('unspecified');
  });
});

describe('the source of a new feed', () => {
  it.each([
    ['phantom://', { seed: 1, frameRate: 25 }],
    ['phantom://?seed=7&fps=30', { seed: 7, frameRate: 30 }],
    ['phantom://scene?frames=50', { frameCount: 50, loop: true }],
    ['phantom://scene?pace=fast', { pace: PhantomPace.REAL_TIME }],
  ])('is the synthetic scene for %s', (text, value) => {
    expect(toSource(text, { ownSpeed: true, loop: true })).toMatchObject({
      source: { $case: 'phantom', value },
    });
  });

  it.each(['rtsp://camera/1', 'video.mp4', 'device:/dev/video0', 'phantoms/clip.mp4'])(
    'is a URI for %s',
    (uri) => {
      expect(toSource(uri, { loop: true })).toEqual({
        source: { $case: 'uri', value: { uri, ownSpeed: false, loop: true } },
      });
    },
  );
});
