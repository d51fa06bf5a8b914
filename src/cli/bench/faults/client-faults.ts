import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { status, type StatusObject } from '@grpc/grpc-js';
import { HeatmapEncoding } from '../../../rpc/gen/surgicam/v1/analysis.js';
import { AnalysisOutputs } from '../../../rpc/gen/surgicam/v1/analysis_options.js';
import { AnalyzeStreamConfiguration, Delivery } from '../../../rpc/gen/surgicam/v1/analysis_service.js';
import { FeedState, PushFormat } from '../../../rpc/gen/surgicam/v1/feed.js';
import { subscriptionTo } from '../../client/follow-feed.js';
import { HISTORY_FRAMES, MAX_SUBSCRIPTIONS_PER_FEED, type Arena } from './arena.js';
import { expectThat, within } from './expectations.js';
import type { Fault } from './fault.js';
import type { Follower } from './follower.js';

const SCENE = 'phantom://scene?size=64x64&fps=100';
const MAIN = fileURLToPath(new URL('../../main.js', import.meta.url));

/** A feed of the scene with an innocent subscriber who must lose nothing. */
function besideAnother(
  name: string,
  does: string,
  harm: (arena: Arena, innocent: Follower) => Promise<string>,
): Fault {
  return {
    name,
    family: 'clients',
    does,
    async run(arena) {
      await arena.feed(name, SCENE);
      const innocent = arena.follow(name, {}, await arena.otherClient());
      try {
        await innocent.more(10, 10_000);
        const observed = await harm(arena, innocent);
        await innocent.more(20, 5_000);
        expectThat(innocent.unaccounted === 0, `another subscriber misses ${innocent.unaccounted} frames`);
        return { observed };
      } finally {
        innocent.close();
        await arena.delete(name);
      }
    },
  };
}

/** A call that pushes video; `send` writes chunks. */
function openPush(arena: Arena, format: PushFormat, size = 0) {
  const call = arena.client.analysis.analyzeStream();
  call.on('error', () => undefined);
  call.resume();
  const ended = new Promise<StatusObject>((resolve) => call.on('status', resolve));
  const value = AnalyzeStreamConfiguration.fromPartial({ source: { format, width: size, height: size } });
  call.write({ request: { $case: 'configure', value }, mediaTimeUs: undefined });
  const send = (bytes: Buffer): boolean =>
    call.write({ request: { $case: 'chunk', value: bytes }, mediaTimeUs: undefined });
  return { call, ended, send };
}

export const CLIENT_FAULTS: readonly Fault[] = [
  besideAnother(
    'stalled-subscriber',
    'a subscriber with full-size heatmaps stops reading, then goes on',
    async (arena, innocent) => {
      const outputs = AnalysisOutputs.fromPartial({ heatmaps: { encoding: HeatmapEncoding.FULL_F32 } });
      const thresholds = { classThreshold: 0, roiThreshold: undefined, classes: [] };
      const client = await arena.otherClient();
      const stalled = arena.follow('stalled-subscriber', { outputs, thresholds }, client);
      await stalled.more(5, 10_000);
      stalled.call.pause();
      await innocent.more(HISTORY_FRAMES * 5, 30_000);
      stalled.call.resume();
      await stalled.until(() => stalled.gaps.length > 0, 10_000, 'a gap');
      await stalled.more(5, 10_000);
      stalled.close();
      expectThat(stalled.unaccounted === 0, `${stalled.unaccounted} frames are missing without a word`);
      return `the other lost nothing; the stalled one was told its gap and went on`;
    },
  ),
  besideAnother('configure-flood', '2,000 configurations as fast as they can be sent', async (arena) => {
    const flooding = arena.follow('configure-flood', {}, await arena.otherClient());
    for (let i = 0; i < 2000; i++) {
      const thresholds = { classThreshold: (i % 100) / 100, roiThreshold: undefined, classes: [] };
      flooding.configure(subscriptionTo('configure-flood', { delivery: Delivery.EVERY_FRAME, thresholds }));
    }
    await flooding.more(5, 20_000);
    flooding.close();
    return 'all were taken one by one; the other lost nothing';
  }),
  besideAnother(
    'subscription-flood',
    'three times as many subscriptions as one feed may have',
    async (arena) => {
      const client = await arena.otherClient();
      const all = Array.from({ length: 3 * MAX_SUBSCRIPTIONS_PER_FEED }, () =>
        arena.follow('subscription-flood', {}, client),
      );
      const refused = all[all.length - 1]!;
      const { code, details } = await within(10_000, 'the last one is refused', refused.status);
      for (const follower of all) follower.close();
      expectThat(code === status.RESOURCE_EXHAUSTED, `the last one ended with ${code} ${details}`);
      for (let accepted = false; !accepted;) {
        const again = arena.follow('subscription-flood', {}, client);
        const ends = again.status.then(() => false);
        accepted = await Promise.race([ends, again.more(1, 10_000).then(() => true)]);
        again.close();
      }
      return `refused with RESOURCE_EXHAUSTED: ${details}`;
    },
  ),
  besideAnother('killed-subscriber', 'SIGKILL to the process of a subscriber', async (arena) => {
    const args = [MAIN, 'subscribe', 'killed-subscriber', '--address', arena.service.address, '--json'];
    const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'ignore'] });
    await within(20_000, 'its first frame', once(child.stdout, 'data'));
    child.kill('SIGKILL');
    await once(child, 'exit');
    return 'nobody else noticed';
  }),
  {
    name: 'deleted-feed',
    family: 'clients',
    does: 'a feed is deleted under its subscribers',
    async run(arena) {
      await arena.feed('deleted-feed', SCENE);
      const follower = arena.follow('deleted-feed');
      await follower.more(5, 10_000);
      await arena.delete('deleted-feed');
      const { code } = await within(5_000, 'the subscription ends', follower.status);
      expectThat(code === status.OK, `the subscription ended with ${code}`);
      return { observed: 'the subscription ended with OK' };
    },
  },
  {
    name: 'push-random',
    family: 'clients',
    does: '1 MB of zeros and noise pushed as H.264',
    async run(arena) {
      const { call, ended, send } = openPush(arena, PushFormat.H264);
      for (let i = 0; i < 64; i++) send(Buffer.alloc(16_384, i));
      call.end();
      const { code, details } = await within(20_000, 'the push ends', ended);
      expectThat(code === status.INVALID_ARGUMENT, `it ended with ${code} ${details}`);
      await arena.withoutFfmpeg();
      return { observed: `INVALID_ARGUMENT: ${details}` };
    },
  },
  {
    name: 'push-abandoned',
    family: 'clients',
    does: 'a producer goes away in the middle of a frame',
    async run(arena) {
      const { call, send } = openPush(arena, PushFormat.RGB24, 256);
      await within(10_000, 'it starts', once(call, 'data'));
      for (let i = 0; i < 20; i++) send(Buffer.alloc(100_000, i));
      const startedMs = performance.now();
      call.cancel();
      await arena.withoutFfmpeg();
      return { observed: 'its decoder is gone', recoveryMs: performance.now() - startedMs };
    },
  },
  {
    name: 'vanished-client',
    family: 'clients',
    does: 'a connection with 20 subscriptions is cut',
    async run(arena) {
      await arena.feed('vanished-client', SCENE);
      try {
        const client = await arena.otherClient();
        const all = Array.from({ length: 20 }, () => arena.follow('vanished-client', {}, client));
        await Promise.all(all.map((follower) => follower.more(1, 10_000)));
        const before = await arena.descriptors();
        client.close();
        for (const follower of all) follower.close();
        await arena.states.until('vanished-client', [FeedState.LIVE], 5_000);
        const after = await arena.descriptors();
        return { observed: `gone; ${before} descriptors before, ${after} after` };
      } finally {
        await arena.delete('vanished-client');
      }
    },
  },
];
