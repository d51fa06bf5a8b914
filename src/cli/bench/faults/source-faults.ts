import { FeedState } from '../../../rpc/gen/surgicam/v1/feed.js';
import type { Arena } from './arena.js';
import { expectThat, within } from './expectations.js';
import type { Fault, Outcome } from './fault.js';
import { Camera, SilentServer, StreamServer } from './live-sources.js';

const TRYING = [FeedState.RECONNECTING, FeedState.STALLED];

/** A camera that is watched and followed, then the fault, then the time until frames come again. */
function onCamera(
  name: string,
  does: string,
  harm: (arena: Arena, camera: Camera) => Promise<unknown>,
  limitMs: number,
): Fault {
  return {
    name,
    family: 'sources',
    does,
    async run(arena) {
      const camera = await Camera.open(arena.ffmpeg);
      camera.start();
      await arena.feed(name, camera.uri);
      const follower = arena.follow(name);
      try {
        await follower.more(10, 20_000);
        const startedMs = performance.now();
        await harm(arena, camera);
        await arena.states.until(name, TRYING, 30_000);
        await arena.states.until(name, [FeedState.LIVE], limitMs);
        await follower.more(1, 5_000);
        const recoveryMs = performance.now() - startedMs;
        await follower.more(10, 10_000);
        expectThat(follower.unaccounted === 0, `${follower.unaccounted} frames are unaccounted for`);
        const observed = `live again; sequence gap-free, ${follower.dropped} frames told as dropped`;
        return { observed, recoveryMs };
      } finally {
        follower.close();
        await arena.delete(name);
        await camera.stop();
      }
    },
  };
}

/** A stream over HTTP that becomes live, then the fault, then recovery. */
async function onStream(arena: Arena, name: string, harm: (server: StreamServer) => void): Promise<Outcome> {
  const server = await StreamServer.open(arena.ffmpeg);
  await arena.feed(name, server.uri);
  const follower = arena.follow(name);
  try {
    await follower.more(5, 30_000);
    const startedMs = performance.now();
    harm(server);
    await arena.states.until(name, [FeedState.RECONNECTING], 40_000);
    await arena.states.until(name, [FeedState.LIVE], 30_000);
    const recoveryMs = performance.now() - startedMs;
    expectThat(follower.unaccounted === 0, `${follower.unaccounted} frames are unaccounted for`);
    return { observed: 'reconnecting, then live again; sequence gap-free', recoveryMs };
  } finally {
    follower.close();
    await arena.delete(name);
    await server.close();
  }
}

/** A server that refuses: the feed goes on trying and says why, and comes when the server does. */
function refusing(name: string, behaviour: 'not_found' | 'broken', words: RegExp): Fault {
  return {
    name,
    family: 'sources',
    does: `the server answers ${behaviour === 'broken' ? 500 : 404}, then streams`,
    async run(arena) {
      const server = await StreamServer.open(arena.ffmpeg);
      server.behaviour = behaviour;
      try {
        await arena.feed(name, server.uri);
        const { status } = await arena.states.until(name, [FeedState.RECONNECTING], 20_000);
        expectThat(words.test(status?.reason ?? ''), `the reason is '${status?.reason}'`);
        server.behaviour = 'stream';
        const startedMs = performance.now();
        await arena.states.until(name, [FeedState.LIVE], 30_000);
        return { observed: `reconnecting: ${status?.reason}`, recoveryMs: performance.now() - startedMs };
      } finally {
        await arena.delete(name);
        await server.close();
      }
    },
  };
}

export const SOURCE_FAULTS: readonly Fault[] = [
  onCamera(
    'kill-ffmpeg',
    'SIGKILL to the decoder of a live feed',
    async (arena) => {
      for (const pid of await arena.ffmpegs()) process.kill(pid, 'SIGKILL');
    },
    3_000,
  ),
  onCamera(
    'stop-ffmpeg',
    'SIGSTOP to the decoder: it is there and does nothing',
    async (arena) => {
      for (const pid of await arena.ffmpegs()) process.kill(pid, 'SIGSTOP');
    },
    60_000,
  ),
  onCamera(
    'camera-off',
    'the camera goes off and comes back',
    async (arena, camera) => {
      await camera.stop();
      await arena.states.until('camera-off', TRYING, 30_000);
      camera.start();
    },
    40_000,
  ),
  {
    name: 'resolution-change',
    family: 'sources',
    does: 'the camera goes off and comes back with another size of picture',
    async run(arena) {
      const camera = await Camera.open(arena.ffmpeg);
      camera.start();
      await arena.feed('resolution-change', camera.uri);
      const follower = arena.follow('resolution-change');
      try {
        await follower.until(() => follower.frameWidth === 320, 20_000, 'frames 320 wide');
        await camera.stop();
        const startedMs = performance.now();
        camera.start('640x360');
        await follower.until(() => follower.frameWidth === 640, 60_000, 'frames 640 wide');
        expectThat(follower.unaccounted === 0, `${follower.unaccounted} frames are unaccounted for`);
        return {
          observed: 'frames of the new size follow, gap-free',
          recoveryMs: performance.now() - startedMs,
        };
      } finally {
        follower.close();
        await arena.delete('resolution-change');
        await camera.stop();
      }
    },
  },
  {
    name: 'connection-reset',
    family: 'sources',
    does: 'the connection to the source is reset in mid-stream',
    run: (arena) => onStream(arena, 'connection-reset', (server) => server.cut()),
  },
  {
    name: 'half-open',
    family: 'sources',
    does: 'the connection to the source stays open and nothing comes any more',
    run: (arena) => onStream(arena, 'half-open', (server) => server.hush()),
  },
  {
    name: 'silent-source',
    family: 'sources',
    does: 'the source accepts the connection and never says a word',
    async run(arena) {
      const server = await SilentServer.open();
      try {
        await arena.feed('silent-source', `http://127.0.0.1:${server.port}/live.ts`);
        const { status } = await arena.states.until('silent-source', [FeedState.RECONNECTING], 40_000);
        await within(10_000, 'the feed is deleted', arena.delete('silent-source'));
        return { observed: `reconnecting: ${status?.reason}` };
      } finally {
        await server.close();
      }
    },
  },
  refusing('http-404', 'not_found', /404|not found/i),
  refusing('http-500', 'broken', /5XX|500|server error/i),
  {
    name: 'redirect-inward',
    family: 'sources',
    does: 'the source redirects to the link-local address of a cloud',
    async run(arena) {
      const server = await StreamServer.open(arena.ffmpeg);
      server.behaviour = 'redirect';
      try {
        await arena.feed('redirect-inward', server.uri);
        const { status } = await arena.states.until(
          'redirect-inward',
          [FeedState.FAILED, FeedState.RECONNECTING],
          20_000,
        );
        return { observed: `refused: ${status?.reason}` };
      } finally {
        await arena.delete('redirect-inward');
        await server.close();
      }
    },
  },
];
