import { afterEach, expect, it } from '@jest/globals';
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { freeTcpPort } from '../fixtures/camera.js';
import { FeedHarness } from '../fixtures/feed-harness.js';
import { FeedJournal } from '../fixtures/feed-journal.js';
import { describeWith, GST_RTSP_SERVER, PYTHON } from '../fixtures/requirements.js';

describeWith(['system-ffmpeg', 'gst-rtsp-server'], 'a feed of an RTSP server of GStreamer', () => {
  const harness = FeedHarness.use();
  let server: ChildProcess | undefined;

  async function start(port: number): Promise<void> {
    const child = spawn(PYTHON, [GST_RTSP_SERVER, `${port}`], { stdio: ['ignore', 'pipe', 'ignore'] });
    server = child;
    await once(child.stdout, 'data'); // ready
  }

  async function stop(): Promise<void> {
    if (server === undefined) return;
    const gone = once(server, 'exit');
    server.kill('SIGKILL');
    server = undefined;
    await gone;
  }

  afterEach(stop);

  it.each(['tcp', 'udp'])(
    'comes back over %s when the server was killed and started again',
    async (transport) => {
      const port = await freeTcpPort();
      await start(port);
      const uri = `rtsp://127.0.0.1:${port}/or1#transport=${transport}`;
      const feed = await harness.registry.create(harness.settings({ pacing: 'live' }, { uri }));
      const recipe = harness.recipe();
      const journal = new FeedJournal(
        feed.subscribe({ recipe, delivery: 'every_frame', resumeAfterSequence: -1 }),
      );
      await journal.untilAnalyses(10);
      await stop();
      await journal.untilState('reconnecting');
      await start(port);
      await journal.untilState('live');
      await journal.untilAnalyses(10);
      expect(journal.unaccounted).toBe(0);
      expect(journal.facts.at(-1)).toMatchObject({ frameWidth: 160, frameHeight: 120 });
    },
  );
});
