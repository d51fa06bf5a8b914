import { status } from '@grpc/grpc-js';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { connect, type ServiceClient } from '../../client/service-client.js';
import { startArenaService } from './arena.js';
import { expectThat, within } from './expectations.js';
import type { Fault, Outcome } from './fault.js';
import { Follower } from './follower.js';
import { HardwareAcceleration, Pacing } from '../../../rpc/gen/surgicam/v1/feed.js';
import { toSource } from '../../commands/feed-add.js';
import { unary } from '../../client/unary.js';

async function createLoad({ address, feeds }: ServiceClient): Promise<void> {
  const settings = {
    feedId: 'load',
    source: toSource('phantom://scene?size=64x64&fps=200', {}),
    modelName: '',
    pacing: Pacing.LIVE,
    hardwareAcceleration: HardwareAcceleration.NONE,
  };
  await unary(address, feeds.createFeed.bind(feeds), { settings });
}

/** A service under load of its own, and its end. */
function ending(name: string, does: string, signals: number, wanted: 'unavailable' | 'any'): Fault {
  return {
    name,
    family: 'shutdown',
    does,
    async run({ folder }) {
      const service = await startArenaService(folder);
      const client = await connect({ address: service.address }, { ownConnection: true });
      try {
        await createLoad(client);
        const followers = Array.from({ length: 8 }, () => new Follower(client, 'load'));
        await Promise.all(followers.map((follower) => follower.more(20, 10_000)));
        const startedMs = performance.now();
        for (let i = 0; i < signals; i++) service.signal('SIGTERM');
        const ends = await within(10_000, 'every call ends', Promise.all(followers.map((f) => f.status)));
        const code = await within(10_000, 'the process ends', service.exited);
        const recoveryMs = performance.now() - startedMs;
        if (wanted === 'unavailable') {
          expectThat(code === 0, `it ended with ${code}`);
          const others = ends.filter((end) => end.code !== status.UNAVAILABLE);
          expectThat(others.length === 0, `a call ended with ${others[0]?.code}`);
          for (const f of followers) expectThat(f.unaccounted === 0, `${f.unaccounted} frames are missing`);
        }
        return { observed: `${ends.length} calls ended, the process with ${code ?? 'a signal'}`, recoveryMs };
      } finally {
        client.close();
        await service.stop();
      }
    },
  };
}

const MAIN = fileURLToPath(new URL('../../main.js', import.meta.url));

/** A subscriber whose process stands still holds nobody up: not the others, not the end. */
async function endBesideFrozenSubscriber(folder: string): Promise<Outcome> {
  const service = await startArenaService(folder);
  const client = await connect({ address: service.address }, { ownConnection: true });
  const subscribe = ['subscribe', 'load', '--every-frame', '--heatmaps', 'full', '--class-threshold', '0'];
  const frozen = spawn(process.execPath, [MAIN, ...subscribe, '--json', '--address', service.address], {
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  const gone = once(frozen, 'exit');
  try {
    await createLoad(client);
    const follower = new Follower(client, 'load');
    await within(20_000, 'its first frame', once(frozen.stdout, 'data'));
    frozen.kill('SIGSTOP');
    await follower.more(400, 20_000);
    const startedMs = performance.now();
    service.signal('SIGTERM');
    const code = await within(10_000, 'the process ends', service.exited);
    expectThat(code === 0, `it ended with ${code}`);
    return { observed: 'the process ended with 0', recoveryMs: performance.now() - startedMs };
  } finally {
    frozen.kill('SIGKILL');
    await gone;
    client.close();
    await service.stop();
  }
}

export const SHUTDOWN_FAULTS: readonly Fault[] = [
  {
    name: 'sigterm-frozen',
    family: 'shutdown',
    does: 'SIGTERM while the process of a subscriber stands still',
    run: ({ folder }) => endBesideFrozenSubscriber(folder),
  },
  ending('sigterm', 'SIGTERM under load: what was analysed is delivered', 1, 'unavailable'),
  ending('sigterm-twice', 'a second SIGTERM: the end at once', 2, 'any'),
];
