import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { Camera, freeUdpPort } from '../fixtures/camera.js';
import { FeedHarness } from '../fixtures/feed-harness.js';
import { FeedJournal } from '../fixtures/feed-journal.js';
import { writeTestClip } from '../fixtures/test-clip.js';
import { waitUntil } from '../fixtures/wait-until.js';

/** What the server says to a request before it falls silent. */
const HEADERS = 'HTTP/1.1 200 OK\r\nContent-Type: video/mp2t\r\n';

describe('sources that hang', () => {
  const harness = FeedHarness.use();
  const sockets = new Set<Socket>();
  const hanging = new Set<string>();
  let server: Server;
  let clip: Buffer;

  beforeAll(async () => {
    await writeTestClip(harness.clip, 100);
    clip = readFileSync(harness.clip);
    server = createServer((socket) => {
      sockets.add(socket);
      socket.on('error', () => undefined);
      socket.once('data', (request) => {
        const [, stage = ''] = /^GET \/(\S+)/.exec(request.toString()) ?? [];
        hanging.add(stage);
        if (stage === 'headers') socket.write(HEADERS);
        // the end falls into a packet in the middle of a picture
        if (stage === 'frame')
          socket.write(`${HEADERS}\r\n`, () => socket.write(clip.subarray(0, clip.length / 2 + 7)));
      });
    }).listen(0, '127.0.0.1');
    await once(server, 'listening');
  });

  afterAll(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });

  it('delay no other feed: while connecting, in the headers, in the middle of a picture', async () => {
    const { port } = server.address() as AddressInfo;
    const stages = ['connected', 'headers', 'frame'];
    for (const id of stages) {
      await harness.registry.create(harness.settings({ id }, { uri: `http://127.0.0.1:${port}/${id}` }));
    }
    await waitUntil(() => hanging.size === stages.length, 'all sources hang');
    const target = await freeUdpPort();
    const camera = await Camera.sendingTo('-f', 'mpegts', `udp://127.0.0.1:${target}?pkt_size=1316`);
    try {
      camera.start();
      const feed = await harness.registry.create(
        harness.settings({ pacing: 'live' }, { uri: `udp://127.0.0.1:${target}` }),
      );
      const recipe = harness.recipe();
      const journal = new FeedJournal(feed.subscribe({ recipe, delivery: 'every_frame' }));
      await journal.untilAnalyses(40);
      expect(journal.states.filter((state) => state !== 'live')).toEqual([]);
      const waits = journal.facts.map((facts) => facts.analyzedAtMonotonicMs - facts.capturedAtMonotonicMs);
      // none of them waited for a batch until a hanging source was given up
      expect(Math.max(...waits)).toBeLessThan(3_000);
      expect(journal.unaccounted).toBe(0);
    } finally {
      await camera.stop();
    }
  });
});
