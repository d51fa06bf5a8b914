import { describe, expect, it } from '@jest/globals';
import { FrameAnalysis, type SubscriptionEvent } from '../../../../clients/typescript/src/index.js';
import { Position } from '../../../../clients/typescript/src/subscription/position.js';
import { Feed } from '../../../../src/rpc/gen/surgicam/v1/feed.js';

const analysis = (sequence: bigint): SubscriptionEvent => ({
  type: 'analysis',
  analysis: FrameAnalysis.fromPartial({ sequence }),
});

const state = (createdAtMs: number): SubscriptionEvent => ({
  type: 'feed-state',
  feed: Feed.fromPartial({ createTime: new Date(createdAtMs) }),
});

describe('a position', () => {
  it('lets no frame pass twice, nor one that was reported as missing', () => {
    const position = new Position(3n);
    const gap: SubscriptionEvent = { type: 'gap', fromSequence: 5n, toSequence: 8n, reason: 'not-computed' };
    const events = [analysis(3n), analysis(4n), analysis(4n), gap, gap, analysis(8n), analysis(9n)];
    expect(events.flatMap((event) => position.pass(event))).toEqual([analysis(4n), gap, analysis(9n)]);
    expect(position.lastSequence).toBe(9n);
  });

  it('begins anew with a feed that was created anew, and says so', () => {
    const position = new Position();
    const events = [state(1000), analysis(9n), state(1000), state(2000), analysis(0n)];
    expect(events.flatMap((event) => position.pass(event)).map(({ type }) => type)).toEqual([
      'feed-state',
      'analysis',
      'feed-state',
      'feed-replaced',
      'feed-state',
      'analysis',
    ]);
    expect(position.lastSequence).toBe(0n);
  });
});
