import { afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { join } from 'node:path';
import {
  connect,
  NotFoundError,
  UnavailableError,
  type SurgicamClient,
} from '../../../clients/typescript/src/index.js';
import { RpcHarness } from '../../fixtures/rpc-harness.js';
import { sampleFrames } from '../../fixtures/sample-analysis.js';
import type { ScriptedFeed } from '../../fixtures/scripted-feeds.js';
import { writeSmallPackage } from '../../fixtures/small-package.js';
import { TcpProxy } from '../../fixtures/tcp-proxy.js';
import { temporaryFolder } from '../../fixtures/temporary-folder.js';
import { until } from './until.js';

const folder = temporaryFolder();
const soon = { initialDelayMs: 10, maxDelayMs: 50 };

let harness: RpcHarness;
let proxy: TcpProxy;
let feed: ScriptedFeed;
let client: SurgicamClient;
beforeAll(() => writeSmallPackage(join(folder, 'small')));
beforeEach(async () => {
  harness = await RpcHarness.start(folder);
  feed = harness.feeds.add('or-1');
  proxy = await TcpProxy.start(harness.server.port);
  client = connect(proxy.address);
});
afterEach(async () => {
  client.close();
  await proxy.stop();
  await harness.stop();
});

describe('a subscription over lost connections', () => {
  it('gives every frame once, however often the connection is cut', async () => {
    const frames = 500;
    const stride = 80;
    const seen: bigint[] = [];
    const kinds: string[] = [];
    const subscription = client.subscribe('or-1', { delivery: 'every-frame', reconnect: soon });
    let published = 0;
    const publish = (count: number): void => {
      const from = published;
      published = Math.min(frames, from + count);
      feed.publish(...sampleFrames(from, published));
    };
    for await (const event of subscription.events()) {
      kinds.push(event.type);
      if (event.type === 'feed-state' && published === 0) publish(2 * stride);
      if (event.type !== 'analysis') continue;
      seen.push(event.analysis.sequence);
      if (seen.length === frames) break;
      if (seen.length % stride === 0) {
        proxy.cut();
        publish(stride);
      }
    }
    expect(seen).toEqual(Array.from({ length: frames }, (_, i) => BigInt(i)));
    expect(proxy.connections).toBe(1 + Math.floor(frames / stride));
    expect(kinds.filter((kind) => kind === 'disconnected').length).toBeGreaterThanOrEqual(
      proxy.connections - 1,
    );
    expect(kinds).not.toContain('gap');
    expect(subscription.lastSequence).toBe(BigInt(frames - 1));
  });

  it('tells of the loss and of the resumption', async () => {
    const events = client.subscribe('or-1', { delivery: 'every-frame', reconnect: soon }).events();
    expect(await until(events, 'started')).toMatchObject({ isResumed: false });
    proxy.cut();
    const { error, attempt, retryInMs } = await until(events, 'disconnected');
    expect(error).toBeInstanceOf(UnavailableError);
    expect(attempt).toBe(1);
    expect(retryInMs).toBeLessThanOrEqual(10);
    expect(await until(events, 'started')).toMatchObject({ isResumed: true });
    await events.return();
  });

  it('takes a server for dead that is silent, and leaves its connection', async () => {
    const options = { delivery: 'every-frame', reconnect: soon, heartbeatTimeoutMs: 1500 } as const;
    const events = client.subscribe('or-1', options).events();
    await until(events, 'feed-state');
    feed.publish(...sampleFrames(0, 1));
    await until(events, 'analysis');
    proxy.swallow();
    feed.publish(...sampleFrames(1, 3));
    expect((await until(events, 'disconnected')).error.message).toMatch(
      /nothing was heard from .* for 1500 ms/,
    );
    expect((await until(events, 'analysis')).analysis.sequence).toBe(1n);
    expect((await until(events, 'analysis')).analysis.sequence).toBe(2n);
    expect(proxy.connections).toBe(2);
    await events.return();
  });

  it('waits for a feed that a restarted server gets back, and says that it is another one', async () => {
    const events = client.subscribe('or-1', { delivery: 'every-frame', reconnect: soon }).events();
    await until(events, 'feed-state');
    feed.publish(...sampleFrames(0, 20));
    for (let i = 0; i < 20; i++) await until(events, 'analysis');
    proxy.cut();
    await harness.stop();
    harness = await RpcHarness.start(folder);
    proxy.retarget(harness.server.port);
    let lost = await until(events, 'disconnected');
    while (!(lost.error instanceof NotFoundError)) lost = await until(events, 'disconnected');
    expect(lost.error.resource).toEqual({ type: 'feed', name: 'or-1' });
    feed = harness.feeds.add('or-1');
    await until(events, 'feed-replaced');
    feed.publish(...sampleFrames(0, 2));
    expect((await until(events, 'analysis')).analysis.sequence).toBe(0n);
    await events.return();
  });

  it('stays paused over a lost connection', async () => {
    const subscription = client.subscribe('or-1', { delivery: 'every-frame', reconnect: soon });
    const events = subscription.events();
    await until(events, 'started');
    subscription.pause();
    expect((await until(events, 'heartbeat')).heartbeat.paused).toBe(true);
    proxy.cut();
    await until(events, 'disconnected');
    expect((await until(events, 'heartbeat')).heartbeat.paused).toBe(true);
    expect(subscription.isPaused).toBe(true);
    subscription.resume();
    expect((await until(events, 'heartbeat')).heartbeat.paused).toBe(false);
    await events.return();
  });

  it('ends with the error when it may not reconnect, or never was connected', async () => {
    const events = client.subscribe('or-1', { reconnect: false }).events();
    await until(events, 'started');
    proxy.cut();
    await expect(until(events, 'disconnected')).rejects.toThrow(UnavailableError);
    proxy.refuse(true);
    await expect(until(client.subscribe('or-1').events(), 'started')).rejects.toThrow(UnavailableError);
  });

  it('gives up after the time it was given', async () => {
    const reconnect = { ...soon, giveUpAfterMs: 100 };
    const events = client.subscribe('or-1', { reconnect }).events();
    await until(events, 'started');
    proxy.refuse(true);
    proxy.cut();
    await expect(until(events, 'heartbeat')).rejects.toThrow(UnavailableError);
  });

  it('waits for a server that is not there yet when told to', async () => {
    proxy.refuse(true);
    const events = client.subscribe('or-1', { reconnect: { ...soon, fromStart: true } }).events();
    await until(events, 'disconnected');
    proxy.refuse(false);
    expect(await until(events, 'started')).toMatchObject({ isResumed: false });
    await events.return();
  });

  it('ends quietly when it is aborted while it waits', async () => {
    const abort = new AbortController();
    const reconnect = { initialDelayMs: 60_000, maxDelayMs: 60_000 };
    const events = client.subscribe('or-1', { reconnect, signal: abort.signal }).events();
    await until(events, 'started');
    proxy.cut();
    await until(events, 'disconnected');
    const end = events.next();
    abort.abort();
    expect(await end).toEqual({ done: true, value: undefined });
  });
});
