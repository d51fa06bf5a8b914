import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { activeFfmpegPids } from '../../src/video/ffmpeg-registry.js';
import { Camera, freeUdpPort } from '../fixtures/camera.js';
import { FeedHarness } from '../fixtures/feed-harness.js';
import { FeedJournal } from '../fixtures/feed-journal.js';
import { UdpRelay, type Damage } from '../fixtures/udp-relay.js';

describe('a feed of a camera at its own pace, with defaults', () => {
  const harness = FeedHarness.use();
  let port = 0;
  let camera: Camera;

  beforeEach(async () => {
    port = await freeUdpPort();
    camera = await cameraAt(port);
  });
  afterEach(() => camera.stop());

  const cameraAt = (target: number): Promise<Camera> =>
    Camera.sendingTo('-f', 'mpegts', `udp://127.0.0.1:${target}?pkt_size=1316`);

  async function follow(): Promise<FeedJournal> {
    const settings = harness.settings({ pacing: 'live' }, { uri: `udp://127.0.0.1:${port}` });
    const feed = await harness.registry.create(settings);
    const recipe = harness.recipe();
    return new FeedJournal(feed.subscribe({ recipe, delivery: 'every_frame', resumeAfterSequence: -1 }));
  }

  it('tells of a killed decoder and comes back without a gap in its sequence, its media time going on', async () => {
    camera.start();
    const journal = await follow();
    await journal.untilAnalyses(10);
    for (const pid of activeFfmpegPids()) process.kill(pid, 'SIGKILL');
    const told = await journal.untilState('reconnecting');
    expect(told.kind === 'state' && told.snapshot.state).toMatchObject({
      attempt: 1,
      reason: expect.stringContaining('SIGKILL'),
    });
    const lastBefore = journal.facts.at(-1)!;
    await journal.untilState('live');
    await journal.untilAnalyses(1);
    const firstAfter = journal.facts.at(-1)!;
    expect(journal.states).toEqual(['live', 'reconnecting', 'live']);
    // what was not seen meanwhile is time, and no frames: the media clock goes on as the wall clock did
    const wallUs = (firstAfter.capturedAtMonotonicMs - lastBefore.capturedAtMonotonicMs) * 1000;
    expect(firstAfter.mediaTimeUs - lastBefore.mediaTimeUs).toBeGreaterThan(0.5 * wallUs);
    await journal.untilAnalyses(10);
    expect(journal.unaccounted).toBe(0);
  });

  it.each([
    ['another size', { size: '320x240' }],
    ['another rate', { rate: 50 }],
    ['another codec', { codec: 'libx265' }],
  ] as const)('goes on with %s in the middle of the stream', async (_name, picture) => {
    camera.start();
    const journal = await follow();
    await journal.untilAnalyses(10);
    const timeOf = (index: number): number => journal.facts.at(index)!.mediaTimeUs;
    await camera.stop();
    camera.start(picture);
    const width = 'size' in picture ? 320 : 160;
    const rate = 'rate' in picture ? 50 : 25;
    const before = journal.facts.length;
    await journal.until(
      (item) =>
        item.kind === 'analysis' &&
        item.analysis.facts.frameWidth === width &&
        item.analysis.facts.sequence > before + 100,
    );
    expect(journal.unaccounted).toBe(0);
    expect(journal.states.at(-1)).toBe('live');
    const steps =
      (timeOf(-1) - timeOf(-6)) / (journal.facts.at(-1)!.sequence - journal.facts.at(-6)!.sequence);
    expect(Math.round(1e6 / steps)).toBe(rate);
  });

  it.each([
    ['faster', { rate: 50, speed: 2 }, 0.5],
    ['slower', { rate: 12.5, speed: 0.5 }, 2],
  ] as const)('keeps pace with a camera that is %s than it says', async (_name, picture, factor) => {
    camera.start(picture);
    const journal = await follow();
    await journal.untilAnalyses(40);
    const [first, last] = [journal.facts[10]!, journal.facts.at(-1)!];
    const wallUs = (last.capturedAtMonotonicMs - first.capturedAtMonotonicMs) * 1000;
    const ratio = wallUs / (last.mediaTimeUs - first.mediaTimeUs);
    expect(Math.abs(Math.log2(ratio / factor))).toBeLessThan(0.5);
    expect(journal.states).toEqual(['live']);
  });

  it('is no stalled one because the camera pauses for half a second at a time', async () => {
    camera.start();
    const journal = await follow();
    await journal.untilAnalyses(1);
    let frozen = false;
    const pauses = setInterval(() => camera.freeze((frozen = !frozen)), 500);
    await journal.untilAnalyses(60).finally(() => clearInterval(pauses));
    expect(journal.states).toEqual(['live']);
  });

  const every =
    (n: number, damaged: Damage): Damage =>
    (packet, index) =>
      index % n === n - 1 ? damaged(packet, index) : [packet];
  let held: Buffer | undefined;
  it.each<[string, Damage]>([
    ['lost', every(25, () => [])],
    ['sent twice', every(25, (packet) => [packet, packet])],
    [
      'out of order',
      (packet, index) => {
        if (index % 25 === 0) held = packet;
        return index % 25 === 0 ? [] : index % 25 === 1 && held ? [packet, held] : [packet];
      },
    ],
    ['damaged', every(25, (packet) => [Buffer.from(packet).fill(0xa5, 100, 180)])],
  ])('goes on where packets are %s', async (_name, damage) => {
    const relay = await UdpRelay.to(port, damage);
    const far = await cameraAt(relay.port);
    try {
      far.start();
      const journal = await follow();
      await journal.untilAnalyses(40);
      expect(journal.unaccounted).toBe(0);
      expect(journal.states).not.toContain('failed');
    } finally {
      await far.stop();
      await relay.close();
    }
  });
});
