import { afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { join } from 'node:path';
import { firstValueFrom, take, toArray } from 'rxjs';
import {
  connect,
  FailedPreconditionError,
  InvalidArgumentError,
  NotFoundError,
  UnavailableError,
  type SubscriptionEvent,
  type SurgicamClient,
} from '../../../clients/typescript/src/index.js';
import { RpcHarness } from '../../fixtures/rpc-harness.js';
import { sampleFrames } from '../../fixtures/sample-analysis.js';
import { ScriptedFeeds, type ScriptedFeed } from '../../fixtures/scripted-feeds.js';
import { writeSmallPackage } from '../../fixtures/small-package.js';
import { temporaryFolder } from '../../fixtures/temporary-folder.js';
import { waitUntil } from '../../fixtures/wait-until.js';
import { until } from './until.js';

const folder = temporaryFolder();
let harness: RpcHarness;
let feed: ScriptedFeed;
let client: SurgicamClient;
beforeAll(() => writeSmallPackage(join(folder, 'small')));
beforeEach(async () => {
  harness = await RpcHarness.start(folder, {}, new ScriptedFeeds(50));
  feed = harness.feeds.add('or-1');
  client = connect(harness.address);
});
afterEach(async () => {
  client.close();
  await harness.stop();
});

const everyFrame = { delivery: 'every-frame' } as const;

describe('a subscription', () => {
  it('is iterated for analyses until the feed ends', async () => {
    const others: SubscriptionEvent[] = [];
    const seen: bigint[] = [];
    const onEvent = (event: SubscriptionEvent): void => {
      others.push(event);
      if (event.type === 'feed-state' && others.length === 2) {
        feed.publish(...sampleFrames(0, 3));
        feed.setState({ kind: 'ended', sinceMs: Date.now() });
        void feed.close();
      }
    };
    for await (const analysis of client.subscribe('or-1', { ...everyFrame, onEvent })) {
      expect(analysis.feedId).toBe('or-1');
      seen.push(analysis.sequence);
    }
    expect(seen).toEqual([0n, 1n, 2n]);
    expect(others.map(({ type }) => type)).toEqual(['started', 'feed-state', 'feed-state']);
  });

  it('ends the call when the loop is left, and when the client is closed', async () => {
    for await (const event of client.subscribe('or-1', everyFrame).events()) {
      if (event.type === 'feed-state') feed.publish(...sampleFrames(0, 1));
      if (event.type === 'analysis') break;
    }
    await waitUntil(() => feed.openSubscriptions === 0, 'the end of the call');
    const events = client.subscribe('or-1').events();
    await until(events, 'started');
    client.close();
    const rest: string[] = [];
    for await (const { type } of events) rest.push(type);
    expect(rest).not.toContain('disconnected');
  });

  it('reports gaps, and resumes where another one ended', async () => {
    feed.publish(...sampleFrames(0, 60));
    const events = client.subscribe('or-1', { ...everyFrame, resumeAfterSequence: 4n }).events();
    expect(await until(events, 'gap')).toEqual({
      type: 'gap',
      fromSequence: 5n,
      toSequence: 9n,
      reason: 'history-exceeded',
    });
    expect((await until(events, 'analysis')).analysis.sequence).toBe(10n);
    await events.return();
  });

  it('keeps only the newest analysis for a slow reader, and counts the others', async () => {
    const events = client.subscribe('or-1', { delivery: 'latest' }).events();
    await until(events, 'feed-state');
    const frames = 40;
    const before = feed.taken[0]!;
    // One by one, so that the server has no reason to skip any: it is this reader that is slow.
    for (let sequence = 0; sequence < frames; sequence++) {
      feed.publish(...sampleFrames(sequence, sequence + 1));
      await waitUntil(() => feed.taken[0]! > before + sequence, `frame ${sequence}`);
    }
    await client.feeds.get('or-1'); // answered after all that was sent before it on the same connection
    const { skipped } = await until(events, 'skipped');
    const { analysis } = await until(events, 'analysis');
    expect(analysis.sequence).toBe(BigInt(frames - 1));
    expect(skipped.slowReader).toBe(BigInt(frames - 1));
    await events.return();
  });

  it('pauses, goes on, and changes what it wants', async () => {
    const subscription = client.subscribe('or-1', everyFrame);
    const events = subscription.events();
    await until(events, 'feed-state');
    subscription.pause();
    expect((await until(events, 'heartbeat')).heartbeat.paused).toBe(true);
    feed.publish(...sampleFrames(0, 1));
    subscription.resume();
    expect((await until(events, 'analysis')).analysis.sequence).toBe(0n);
    subscription.reconfigure({ outlines: true, thresholds: { roiThreshold: 0.1 } });
    expect((await until(events, 'started')).started.configuration).toBe(2);
    expect(feed.recipes.map(({ recipe }) => [recipe.boxes, recipe.roiThresholds[0]])).toEqual([
      [false, 0.3],
      [true, 0.1],
    ]);
    await events.return();
  });

  it('acknowledges, and gets no more than it has acknowledged', async () => {
    const subscription = client.subscribe('or-1', { ...everyFrame, maxUnacknowledged: 2 });
    const events = subscription.events();
    await until(events, 'feed-state');
    subscription.acknowledge(0n); // of nothing that was told: not sent, for the server would refuse it
    feed.publish(...sampleFrames(0, 4));
    await until(events, 'analysis');
    expect((await until(events, 'analysis')).analysis.sequence).toBe(1n);
    expect((await until(events, 'heartbeat')).heartbeat.unacknowledged).toBe(2);
    subscription.acknowledge(1n);
    expect((await until(events, 'analysis')).analysis.sequence).toBe(2n);
    await events.return();
  });

  it('says something about a frame to the others, and hears what they say', async () => {
    feed.count({ framesDecoded: 10 });
    const [author, reader] = [client.subscribe('or-1'), client.subscribe('or-1')];
    const [told, heard] = [author.events(), reader.events()];
    await until(told, 'feed-state');
    await until(heard, 'feed-state');
    const triple = { tool: 'grasper', interaction: 'retracts', tissue: 'gallbladder', confidence: 0.5 };
    const said = [
      [{ caption: 'the duct is clipped' }, { $case: 'caption', value: 'the duct is clipped' }],
      [
        { mediaType: 'application/json', text: '{}' },
        { $case: 'typedText', value: { mediaType: 'application/json', text: '{}' } },
      ],
      [{ interactions: [triple] }, { $case: 'interactionGraph', value: { interactions: [triple] } }],
    ] as const;
    for (const [content, message] of said) {
      author.annotate(9n, content);
      expect((await until(told, 'annotation-receipt')).receipt).toMatchObject({
        sequence: 9n,
        subscriptions: 1,
      });
      expect((await until(heard, 'annotation')).annotation).toMatchObject({ sequence: 9n, content: message });
    }
    await told.return();
    await heard.return();
  });

  it('may be one of many of a client, without a warning', async () => {
    const warnings: string[] = [];
    const warned = ({ name }: Error): void => void warnings.push(name);
    process.on('warning', warned);
    const all = Array.from({ length: 20 }, () => client.subscribe('or-1').events());
    await Promise.all(all.map((events) => until(events, 'started')));
    await Promise.all(all.map((events) => events.return()));
    process.off('warning', warned);
    expect(warnings).toEqual([]);
  });

  it('is read once, and cannot annotate without a connection', () => {
    const subscription = client.subscribe('or-1');
    subscription.events();
    expect(() => subscription.events()).toThrow(InvalidArgumentError);
    expect(() => subscription.annotate(1n, { caption: 'text' })).toThrow(UnavailableError);
  });

  it('throws when there is no such feed, when it failed, and for a bad value', async () => {
    await expect(until(client.subscribe('none').events(), 'started')).rejects.toThrow(NotFoundError);
    const events = client.subscribe('or-1').events();
    await until(events, 'feed-state');
    feed.setState({ kind: 'failed', sinceMs: Date.now(), reason: 'the camera is gone' });
    await feed.close();
    await expect(until(events, 'heartbeat')).rejects.toThrow(FailedPreconditionError);
    const wrong = until(client.subscribe('or-1', { maxRate: -1 }).events(), 'heartbeat');
    await expect(wrong).rejects.toMatchObject({ fieldViolations: [{ field: 'configure.max_rate' }] });
  });
});

describe('an observable', () => {
  it('pushes analyses, and ends the call when nobody listens', async () => {
    const onEvent = ({ type }: SubscriptionEvent): void => {
      if (type === 'feed-state') feed.publish(...sampleFrames(0, 5));
    };
    const seen = await firstValueFrom(
      client.observe('or-1', { ...everyFrame, onEvent }).pipe(take(3), toArray()),
    );
    expect(seen.map(({ sequence }) => sequence)).toEqual([0n, 1n, 2n]);
    await waitUntil(() => feed.openSubscriptions === 0, 'the end of the call');
    const { type } = await firstValueFrom(client.observeEvents('or-1'));
    expect(type).toBe('started');
  });

  it('fails with the error of the subscription', async () => {
    await expect(firstValueFrom(client.observe('none'))).rejects.toThrow(NotFoundError);
  });
});
