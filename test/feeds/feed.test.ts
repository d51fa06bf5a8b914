import { beforeAll, describe, expect, it } from '@jest/globals';
import type { ReaderItem } from '../../src/bus/topic-reader.js';
import { resolveRecipe } from '../../src/domain/analysis-recipe.js';
import { FeedHarness } from '../fixtures/feed-harness.js';
import { readUntil, sequencesOf } from '../fixtures/read-until.js';
import { writeTestClip } from '../fixtures/test-clip.js';

const FRAMES = 50;
const ALL = Array.from({ length: FRAMES }, (_, index) => index);

describe('Feed', () => {
  const harness = FeedHarness.use();

  beforeAll(() => writeTestClip(harness.clip, FRAMES));

  const isAnalysis = (item: ReaderItem): boolean => item.kind === 'analysis';
  const isEnd = (item: ReaderItem): boolean => item.kind === 'state' && item.snapshot.state.kind === 'ended';

  it('analyses every frame of a file, tells its states, and ends', async () => {
    const feed = await harness.registry.create(harness.settings());
    const reader = feed.subscribe({
      recipe: harness.recipe(),
      delivery: 'every_frame',
      resumeAfterSequence: -1,
    });
    const items = await readUntil(reader, isEnd);
    expect(sequencesOf(items)).toEqual(ALL);
    expect(items.filter(({ kind }) => kind === 'state')).toHaveLength(2);
    expect(feed.snapshot()).toMatchObject({
      frameWidth: 160,
      frameHeight: 120,
      state: { kind: 'ended' },
      counters: { framesDecoded: FRAMES, framesAnalyzed: FRAMES, framesDropped: 0, dropsByReason: {} },
    });
    expect(feed.snapshot().counters.latencyP99Ms).toBeGreaterThan(0);
  });

  it('follows a live file, idles without subscribers, and counts what it leaves out as no loss', async () => {
    const ended = harness.entering('ended');
    await harness.registry.create(harness.settings({ pacing: 'live' }, { ownSpeed: true }));
    const { framesDecoded, framesAnalyzed, framesDropped, dropsByReason } = (await ended).counters;
    expect(framesDecoded).toBe(FRAMES);
    expect(framesAnalyzed + framesDropped).toBe(FRAMES);
    expect(dropsByReason.rate_limited).toBeGreaterThan(framesAnalyzed);
  });

  it('is not held up by readers that never read, and tells them what they lost', async () => {
    // More than the engine gives out at a time, and less than the clip has frames.
    const history = { events: 32, bytes: 1e9 };
    const registry = harness.open({ history });
    try {
      const feed = await registry.create(harness.settings({}, { ownSpeed: true }));
      const never = feed.subscribe({ recipe: harness.recipe(), delivery: 'every_frame' });
      const attentive = feed.subscribe({ recipe: harness.recipe(), delivery: 'every_frame' });
      const read = await readUntil(attentive, isEnd);
      expect(sequencesOf(read).at(-1)).toBe(FRAMES - 1);
      expect(read.filter(({ kind }) => kind === 'gap')).toEqual([]);
      const late = await readUntil(never, isEnd);
      expect(late.find(({ kind }) => kind === 'gap')).toMatchObject({ reason: 'history_exceeded' });
      expect(late.filter(isAnalysis)).toHaveLength(history.events - 1);
      expect(sequencesOf(late)).toEqual(ALL);
    } finally {
      await registry.close();
    }
  });

  it('lets a reader come back to what was analysed while it was away', async () => {
    const feed = await harness.registry.create(harness.settings({}, { ownSpeed: true }));
    const options = { recipe: harness.recipe(), delivery: 'every_frame' } as const;
    const first = feed.subscribe(options);
    const begun = sequencesOf(await readUntil(first, isAnalysis));
    first.close();
    // Somebody with another recipe: the first one's is computed all the same.
    const meanwhile = feed.subscribe({ recipe: harness.recipe(0.9), delivery: 'every_frame' });
    for (let i = 0; i < 10; i++) await readUntil(meanwhile, isAnalysis);
    const resumeAfterSequence = begun[0]!;
    const items = await readUntil(feed.subscribe({ ...options, resumeAfterSequence }), isEnd);
    expect(items.filter(({ kind }) => kind === 'gap')).toEqual([]);
    expect(sequencesOf(items)).toEqual(ALL.slice(resumeAfterSequence + 1));
  });

  it('computes another recipe after an update, for that subscriber only', async () => {
    const feed = await harness.registry.create(harness.settings({}, { loop: true }));
    const first = feed.subscribe({ recipe: harness.recipe(), delivery: 'every_frame' });
    const second = feed.subscribe({ recipe: harness.recipe(), delivery: 'every_frame' });
    const before = sequencesOf(await readUntil(first, isAnalysis)).at(-1)!;
    const everything = resolveRecipe({ classThreshold: 0 }, feed.model);
    first.update(everything);
    const changed = await readUntil(first, isAnalysis);
    const isChanged = (item: ReaderItem): boolean =>
      item.kind === 'analysis' && item.analysis.product.present.every((present) => present);
    expect(isChanged(changed.at(-1)!)).toBe(true);
    // Those on their way with the old recipe are reported, none is left out.
    const accounted = sequencesOf(changed);
    expect(accounted).toEqual(accounted.map((_, index) => before + 1 + index));
    const unchanged = await readUntil(second, isAnalysis);
    expect(isChanged(unchanged.at(-1)!)).toBe(false);
  });

  it('refuses more different recipes than its limit, by name', async () => {
    const feed = await harness.registry.create(harness.settings({}, { loop: true }));
    const subscribe = (roi: number) => feed.subscribe({ recipe: harness.recipe(roi), delivery: 'latest' });
    const subscriptions = [1, 2, 3, 4, 5, 6, 7, 8].map((tenths) => subscribe(tenths / 10));
    expect(() => subscribe(0.95)).toThrow('maxRecipes is 8');
    expect(() => subscribe(0.8)).not.toThrow();
    expect(() => subscriptions[0]!.update(harness.recipe(0.95))).not.toThrow();
  });
});
