import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { connect, type SurgicamClient } from '../../../clients/typescript/src/index.js';
import { PushHarness } from '../../fixtures/push-harness.js';
import { TcpProxy } from '../../fixtures/tcp-proxy.js';

describe('a live feed over a bad network', () => {
  const harness = PushHarness.use();
  let proxy: TcpProxy;
  let client: SurgicamClient;
  beforeEach(async () => {
    proxy = await TcpProxy.start(Number(harness.address.split(':')[1]));
    client = connect(proxy.address);
  });
  afterEach(async () => {
    client.close();
    await proxy.stop();
  });

  /** Follows a feed of 200 frames through five cuts: each frame once, and those that were told to be missing. */
  async function follow(feedId: string): Promise<{ readonly seen: number[]; readonly missed: number[] }> {
    const seen: number[] = [];
    const missed: number[] = [];
    const subscription = client.subscribe(feedId, {
      delivery: 'every-frame',
      outlines: true,
      reconnect: { initialDelayMs: 10, maxDelayMs: 20 },
    });
    for await (const event of subscription.events()) {
      if (event.type === 'analysis') {
        seen.push(Number(event.analysis.sequence));
        if (seen.length % 10 === 0 && proxy.connections < 6) proxy.cut();
      }
      if (event.type === 'gap') {
        for (let frame = event.fromSequence; frame <= event.toSequence; frame++) missed.push(Number(frame));
      }
    }
    expect(proxy.connections).toBeGreaterThan(2);
    return { seen, missed };
  }

  const from = (first: number) => Array.from({ length: 200 - first }, (_, i) => first + i);

  beforeEach(async () => {
    await client.feeds.create({
      feedId: 'or-1',
      source: { phantom: { frameRate: 100, frameCount: 200, width: 96, height: 64, pace: 'real-time' } },
      pacing: 'every-frame',
      modelName: 'small',
    });
  });

  it('is seen whole while another subscriber wants the same', async () => {
    const other = connect(harness.address);
    const events = other.subscribe('or-1', { delivery: 'every-frame', outlines: true }).events();
    await events.next();
    const kinds = new Set<string>();
    const reading = (async () => {
      for await (const { type } of events) kinds.add(type);
    })();
    const { seen, missed } = await follow('or-1');
    expect(missed).toEqual([]);
    expect(seen).toEqual(from(seen[0]!));
    await reading;
    expect(kinds).not.toContain('disconnected');
    other.close();
  });

  it('is accounted for to the last frame when nobody else does', async () => {
    const { seen, missed } = await follow('or-1');
    expect([...seen, ...missed].sort((a, b) => a - b)).toEqual(from(seen[0]!));
    expect(seen).toEqual([...seen].sort((a, b) => a - b));
  });
});
