import { afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { join } from 'node:path';
import { Delivery, GapReason } from '../../../src/rpc/gen/surgicam/v1/analysis_service.js';
import { FeedState } from '../../../src/rpc/gen/surgicam/v1/feed.js';
import { RpcHarness, valueOf } from '../../fixtures/rpc-harness.js';
import { sampleFrames } from '../../fixtures/sample-analysis.js';
import { ScriptedFeeds } from '../../fixtures/scripted-feeds.js';
import { writeSmallPackage } from '../../fixtures/small-package.js';
import { temporaryFolder } from '../../fixtures/temporary-folder.js';

const folder = temporaryFolder();
let harness: RpcHarness;
beforeAll(() => writeSmallPackage(join(folder, 'small')));
afterEach(() => harness.stop());

const everyFrame = { feedId: 'or-1', delivery: Delivery.EVERY_FRAME };

describe('Subscribe', () => {
  it('says what it follows, then the state, then what was seen, in order', async () => {
    harness = await RpcHarness.start(folder);
    const feed = harness.feeds.add('or-1');
    const subscription = harness.subscribe(everyFrame);
    const started = await subscription.next('started');
    expect(started).toMatchObject({ configuration: 1, frameWidth: 640, frameHeight: 512 });
    expect(started.sessionId).toMatch(/^[0-9a-f-]{36}$/);
    expect(started.model?.classNames).toEqual(['grasper', 'hook', 'tissue']);
    expect((await subscription.next('feedStateChange')).feed?.status?.state).toBe(FeedState.LIVE);
    feed.publish(...sampleFrames(0, 2));
    feed.setState({ kind: 'stalled', sinceMs: Date.now() });
    feed.publish(...sampleFrames(2, 3));
    const seen = [];
    for (let i = 0; i < 4; i++) {
      seen.push(
        await subscription.probe.next((response) => {
          const change = valueOf('feedStateChange', response);
          return change?.feed?.status?.state ?? valueOf('frameAnalysis', response)?.sequence;
        }),
      );
    }
    expect(seen).toEqual([0n, 1n, FeedState.STALLED, 2n]);
    for (const frozenSinceMs of [1000, 2000]) {
      feed.setState({ kind: 'live', sinceMs: 500, frozenSinceMs });
      const { feed: changed } = await subscription.next('feedStateChange');
      expect(changed?.status?.frozenSince?.getTime()).toBe(frozenSinceMs);
    }
  });

  it('changes its outputs at any time, and announces it', async () => {
    harness = await RpcHarness.start(folder);
    const feed = harness.feeds.add('or-1');
    const subscription = harness.subscribe(everyFrame);
    await subscription.next('feedStateChange');
    subscription.configure({ ...everyFrame, outputs: { outlines: true }, thresholds: { roiThreshold: 0.1 } });
    expect((await subscription.next('started')).configuration).toBe(2);
    expect(feed.recipes.map(({ recipe }) => [recipe.boxes, recipe.roiThresholds[0]])).toEqual([
      [false, 0.3],
      [true, 0.1],
    ]);
  });

  it('pauses and goes on where it stopped', async () => {
    harness = await RpcHarness.start(folder);
    const feed = harness.feeds.add('or-1');
    const subscription = harness.subscribe(everyFrame);
    await subscription.next('feedStateChange');
    subscription.call.write({ request: { $case: 'pause', value: {} } });
    const heartbeat = await subscription.next('heartbeat');
    expect(heartbeat).toMatchObject({ paused: true, status: { state: FeedState.LIVE } });
    expect(heartbeat.lastSequence).toBeUndefined();
    feed.publish(...sampleFrames(0, 2));
    subscription.call.write({ request: { $case: 'resume', value: {} } });
    expect((await subscription.next('frameAnalysis')).sequence).toBe(0n);
    expect((await subscription.next('frameAnalysis')).sequence).toBe(1n);
    expect(await subscription.next('heartbeat')).toMatchObject({ paused: false, lastSequence: 1n });
  });

  it('goes on from a sequence, and says what the history no longer holds', async () => {
    harness = await RpcHarness.start(folder, {}, new ScriptedFeeds(10));
    harness.feeds.add('or-1').publish(...sampleFrames(0, 20));
    const subscription = harness.subscribe({ ...everyFrame, resumeAfterSequence: 4n });
    expect(await subscription.next('gap')).toEqual({
      fromSequence: 5n,
      toSequence: 9n,
      reason: GapReason.HISTORY_EXCEEDED,
    });
    for (let sequence = 10n; sequence < 20n; sequence++) {
      expect((await subscription.next('frameAnalysis')).sequence).toBe(sequence);
    }
  });

  it('keeps to a rate and a staleness budget, and counts what it leaves out', async () => {
    harness = await RpcHarness.start(folder);
    const feed = harness.feeds.add('or-1');
    const subscription = harness.subscribe({ ...everyFrame, maxRate: 0.001 });
    await subscription.next('feedStateChange');
    feed.publish(...sampleFrames(0, 5));
    expect((await subscription.next('frameAnalysis')).sequence).toBe(0n);
    subscription.configure({ ...everyFrame, stalenessBudgetMs: 60_000 });
    const skipped = await subscription.probe.next((response) => response.skipped);
    expect(skipped).toEqual({ slowReader: 0n, rateLimited: 4n, stale: 0n, annotations: 0n });
    const old = sampleFrames(5, 6).map((analysis) => ({
      ...analysis,
      facts: { ...analysis.facts, capturedAtMonotonicMs: performance.now() - 60_001 },
    }));
    feed.publish(...old, ...sampleFrames(6, 7));
    const next = await subscription.probe.next((response) =>
      valueOf('frameAnalysis', response) === undefined ? undefined : response,
    );
    expect(valueOf('frameAnalysis', next)?.sequence).toBe(6n);
    expect(next.skipped).toEqual({ slowReader: 0n, rateLimited: 0n, stale: 1n, annotations: 0n });
  });

  it('sends a heartbeat when it has nothing else to send', async () => {
    harness = await RpcHarness.start(folder);
    harness.feeds.add('or-1');
    const subscription = harness.subscribe({ feedId: 'or-1' });
    const before = Date.now();
    const { time, status } = await subscription.next('heartbeat');
    expect(time!.getTime()).toBeGreaterThanOrEqual(before);
    expect(status?.state).toBe(FeedState.LIVE);
    await subscription.next('heartbeat');
  });

  it('goes on after the client has closed its half', async () => {
    harness = await RpcHarness.start(folder);
    const feed = harness.feeds.add('or-1');
    const subscription = harness.subscribe({ feedId: 'or-1' });
    subscription.call.end();
    await subscription.next('heartbeat');
    feed.publish(...sampleFrames(0, 1));
    expect((await subscription.next('frameAnalysis')).sequence).toBe(0n);
  });
});
