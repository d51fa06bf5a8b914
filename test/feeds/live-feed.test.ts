import { afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { FeedHarness } from '../fixtures/feed-harness.js';
import { LiveVideoServer } from '../fixtures/live-video-server.js';
import { readUntil, sequencesOf } from '../fixtures/read-until.js';
import { writeTestClip } from '../fixtures/test-clip.js';
import type { ReaderItem } from '../../src/bus/topic-reader.js';
import type { FeedState } from '../../src/domain/feed.js';
import type { FeedSubscription } from '../../src/feeds/feed.js';
import { createLoggerOn } from '../../src/observability/logger.js';
import { activeFfmpegPids } from '../../src/video/ffmpeg-registry.js';

/** ffmpeg makes sure of a stream's format before it gives its first frame: a shorter clip is not enough for that. */
const FRAMES = 200;
const reconnect = { initialDelayMs: 20, maxDelayMs: 100, maxAttempts: 0 };

describe('a feed of a live source', () => {
  const harness = FeedHarness.use({ stallAfterMs: 300, reconnect });
  let camera: LiveVideoServer;

  beforeAll(() => writeTestClip(harness.clip, FRAMES));

  beforeEach(async () => {
    camera = await LiveVideoServer.start(harness.clip);
  });

  afterEach(() => camera.stop());

  /** EVERY_FRAME, so that nothing but the feed itself could leave a sequence number out. */
  async function follow(): Promise<FeedSubscription> {
    const feed = await harness.registry.create(harness.settings({}, { uri: camera.uri }));
    return feed.subscribe({ recipe: harness.recipe(), delivery: 'every_frame', resumeAfterSequence: -1 });
  }

  const entered =
    (kind: FeedState['kind']) =>
    (item: ReaderItem): boolean =>
      item.kind === 'state' && item.snapshot.state.kind === kind;
  const statesOf = (items: readonly ReaderItem[]): string[] =>
    items.flatMap((item) => (item.kind === 'state' ? [item.snapshot.state.kind] : []));

  it('stalls when nothing comes, reconnects when the source hangs up, and goes on counting', async () => {
    const subscription = await follow();
    const items = await readUntil(subscription, entered('stalled'));
    expect(statesOf(items)).toEqual(['live', 'stalled']);
    camera.hangUp(); // upon which ffmpeg gives out what its decoder still held
    for (const kind of ['reconnecting', 'live', 'stalled'] as const) {
      items.push(...(await readUntil(subscription, entered(kind))));
    }
    expect(camera.connections).toBe(2);
    const sequences = sequencesOf(items);
    expect(sequences).toEqual(sequences.map((_, index) => index));
    expect(sequences.length).toBeGreaterThan(1.5 * FRAMES);
    const times = items.flatMap((item) =>
      item.kind === 'analysis' ? [item.analysis.facts.mediaTimeUs] : [],
    );
    expect(times).toEqual([...new Set(times)].toSorted((a, b) => a - b));
  });

  it('comes back without a gap in its sequence when its ffmpeg is killed', async () => {
    const subscription = await follow();
    const items = await readUntil(subscription, (item) => item.kind === 'analysis');
    for (const pid of activeFfmpegPids()) process.kill(pid, 'SIGKILL');
    items.push(...(await readUntil(subscription, entered('reconnecting'))));
    const killed = items.at(-1)!;
    expect(killed.kind === 'state' && killed.snapshot.state).toMatchObject({
      attempt: 1,
      reason: expect.stringContaining('SIGKILL'),
    });
    items.push(...(await readUntil(subscription, entered('live'))));
    items.push(...(await readUntil(subscription, (item) => item.kind === 'analysis')));
    const sequences = sequencesOf(items);
    expect(sequences).toEqual(sequences.map((_, index) => index));
  });

  it('opens a source again that keeps its connection and has fallen silent', async () => {
    const registry = harness.open({ stallAfterMs: 300, silenceAfterMs: 1_000, reconnect });
    try {
      const feed = await registry.create(harness.settings({}, { uri: camera.uri }));
      const subscription = feed.subscribe({
        recipe: harness.recipe(),
        delivery: 'every_frame',
        resumeAfterSequence: -1,
      });
      const items = await readUntil(subscription, entered('reconnecting'));
      const { snapshot } = items.at(-1) as Extract<ReaderItem, { kind: 'state' }>;
      expect(snapshot.state).toMatchObject({
        reason: expect.stringMatching(/sent no video for 1 s|timed out/i),
      });
      items.push(...(await readUntil(subscription, entered('live'))));
      expect(statesOf(items)).toEqual(expect.arrayContaining(['stalled', 'reconnecting']));
      expect(sequencesOf(items)).toEqual(sequencesOf(items).map((_, index) => index));
    } finally {
      await registry.close();
    }
  });

  it('fails after as many tries as it may make', async () => {
    const registry = harness.open({ reconnect: { ...reconnect, maxAttempts: 2 } });
    const { uri } = camera;
    await camera.stop();
    try {
      const feed = await registry.create(harness.settings({}, { uri }));
      const subscription = feed.subscribe({ recipe: harness.recipe(), delivery: 'latest' });
      const items = await readUntil(subscription, entered('failed'));
      expect(statesOf(items)).toEqual(['reconnecting', 'reconnecting', 'failed']);
    } finally {
      await registry.close();
    }
  });

  it('says in the log how it lost its source, with the last words of ffmpeg and no password', async () => {
    const lines: string[] = [];
    const logger = createLoggerOn('debug', { write: (line) => void lines.push(line) });
    const registry = harness.open({ stallAfterMs: 300, reconnect, logger });
    try {
      const uri = camera.uri.replace('//', '//cam:hunter2@');
      const feed = await registry.create(harness.settings({}, { uri }));
      const subscription = feed.subscribe({ recipe: harness.recipe(), delivery: 'latest' });
      await readUntil(subscription, entered('stalled'));
      camera.hangUp();
      await readUntil(subscription, entered('reconnecting'));
    } finally {
      await registry.close();
    }
    const entries = lines.map((line) => JSON.parse(line) as Record<string, unknown>);
    for (const start of ['feed stalls', 'feed reconnects']) {
      const entry = entries.find(({ msg }) => String(msg).startsWith(start));
      expect(entry).toMatchObject({ feedId: 'or-1', ffmpegLog: expect.any(Array) });
      expect((entry!.ffmpegLog as unknown[]).length).toBeGreaterThan(0);
    }
    expect(entries.filter(({ feedId }) => feedId !== 'or-1')).toEqual([]);
    expect(lines.join('')).not.toContain('hunter2');
  });

  it('cannot be looped', async () => {
    const looped = harness.settings({}, { uri: camera.uri, loop: true });
    await expect(harness.registry.create(looped)).rejects.toThrow('source.loop');
  });
});
