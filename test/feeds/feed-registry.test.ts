import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { filter, firstValueFrom } from 'rxjs';
import type { ReaderItem } from '../../src/bus/topic-reader.js';
import { resolveRecipe } from '../../src/domain/analysis-recipe.js';
import type { FeedSettings, FeedState } from '../../src/domain/feed.js';
import type { Feed, FeedSubscription } from '../../src/feeds/feed.js';
import { FeedRegistry } from '../../src/feeds/feed-registry.js';
import { InferenceEngine } from '../../src/inference/inference-engine.js';
import type { ModelPackage } from '../../src/models/model-package.js';
import { silentLogger } from '../../src/observability/logger.js';
import { activeFfmpegCount } from '../../src/video/ffmpeg-registry.js';
import { locateFfmpeg } from '../../src/video/locate-ffmpeg.js';
import { SurgicamError } from '../../src/domain/errors.js';
import { writeSmallPackage } from '../fixtures/small-package.js';
import { temporaryFolder } from '../fixtures/temporary-folder.js';

const FRAMES = 50;

describe('FeedRegistry', () => {
  const folder = temporaryFolder();
  const clip = join(folder, 'clip.mkv');
  let pkg: ModelPackage;
  let engine: InferenceEngine;
  let registry: FeedRegistry;

  const models = {
    get(name: string): ModelPackage {
      if (name !== 'small') throw SurgicamError.notFound('model', name);
      return pkg;
    },
  };

  beforeAll(async () => {
    pkg = await writeSmallPackage(join(folder, 'small'));
    const { path } = await locateFfmpeg();
    const input = ['-f', 'lavfi', '-i', `testsrc=size=160x120:rate=25`, '-frames:v', String(FRAMES)];
    expect(spawnSync(path, ['-v', 'error', ...input, '-c:v', 'mpeg4', clip]).status).toBe(0);
    engine = InferenceEngine.start({ providers: ['cpu'], logger: silentLogger() });
  });

  afterAll(() => engine.close());

  beforeEach(() => {
    registry = new FeedRegistry({ engine, models, logger: silentLogger(), maxFeeds: 3 });
  });

  afterEach(async () => {
    await registry.close();
    expect(activeFfmpegCount()).toBe(0);
  });

  function settings(id: string, source: Partial<FeedSettings['source']> = {}): FeedSettings {
    return {
      id,
      source: { uri: clip, ownSpeed: false, loop: false, ...source },
      modelName: 'small',
      pacing: 'every_frame',
      hardwareAcceleration: 'none',
    };
  }

  const stateOf = (id: string, kind: FeedState['kind']) =>
    firstValueFrom(
      registry
        .changes()
        .pipe(filter(({ snapshot }) => snapshot.settings.id === id && snapshot.state.kind === kind)),
    );

  const recipe = (roiThreshold = 0.3) => resolveRecipe({ boxes: true, roiThreshold }, pkg.description);

  /** Reads until `isLast`, waiting for the subscription's own wake-ups. */
  async function readUntil(
    subscription: FeedSubscription,
    isLast: (item: ReaderItem) => boolean,
  ): Promise<ReaderItem[]> {
    const items: ReaderItem[] = [];
    for (;;) {
      const item = subscription.poll();
      if (item === undefined) {
        await new Promise<void>((resolve) => {
          const stop = subscription.onItem(() => {
            stop();
            resolve();
          });
        });
        continue;
      }
      items.push(item);
      if (isLast(item)) return items;
    }
  }

  const isEnd = (item: ReaderItem): boolean => item.kind === 'state' && item.snapshot.state.kind === 'ended';
  const sequences = (items: readonly ReaderItem[]): number[] =>
    items.flatMap((item) => (item.kind === 'analysis' ? [item.analysis.facts.sequence] : []));

  async function started(): Promise<{ feed: Feed; subscription: FeedSubscription }> {
    const feed = await registry.create(settings('or-1'));
    return {
      feed,
      subscription: feed.subscribe({ recipe: recipe(), delivery: 'every_frame', resumeAfterSequence: -1 }),
    };
  }

  it('analyses every frame of a file, tells its states, and ends', async () => {
    const { feed, subscription } = await started();
    const items = await readUntil(subscription, isEnd);
    const analysed = sequences(items);
    const notComputed = items.flatMap((item) =>
      item.kind === 'gap' ? [item.toSequence - item.fromSequence + 1] : [],
    );
    expect(analysed.length + notComputed.reduce((sum, n) => sum + n, 0)).toBe(FRAMES);
    expect(analysed).toEqual(analysed.toSorted((a, b) => a - b));
    expect(analysed.at(-1)).toBe(FRAMES - 1);
    expect(feed.snapshot()).toMatchObject({
      frameWidth: 160,
      frameHeight: 120,
      state: { kind: 'ended' },
      counters: { framesDecoded: FRAMES, framesAnalyzed: FRAMES, framesDropped: 0 },
    });
    expect(feed.snapshot().counters.latencyP99Ms).toBeGreaterThan(0);
  });

  it('follows a live file, idles without subscribers, and counts what it leaves out', async () => {
    const feed = await registry.create({ ...settings('or-1', { ownSpeed: true }), pacing: 'live' });
    await stateOf('or-1', 'ended');
    const { framesDecoded, framesAnalyzed, framesDropped } = feed.snapshot().counters;
    expect(framesDecoded).toBe(FRAMES);
    expect(framesAnalyzed + framesDropped).toBe(FRAMES);
    expect(framesDropped).toBeGreaterThan(framesAnalyzed);
  });

  it('computes another recipe after an update, for that subscriber only', async () => {
    const feed = await registry.create(settings('or-1', { loop: true }));
    const first = feed.subscribe({ recipe: recipe(), delivery: 'latest' });
    const second = feed.subscribe({ recipe: recipe(), delivery: 'latest' });
    const isAnalysis = (item: ReaderItem): boolean => item.kind === 'analysis';
    await readUntil(first, isAnalysis);
    first.update(resolveRecipe({ classThreshold: 0 }, pkg.description));
    const changed = (await readUntil(first, isAnalysis)).at(-1)!;
    const unchanged = (await readUntil(second, isAnalysis)).at(-1)!;
    expect(changed.kind === 'analysis' && changed.analysis.product.present).toEqual([true, true, true]);
    expect(unchanged.kind === 'analysis' && unchanged.analysis.product.present).not.toEqual([
      true,
      true,
      true,
    ]);
  });

  it('refuses more different recipes than its limit, by name', async () => {
    const feed = await registry.create(settings('or-1', { loop: true }));
    for (let i = 1; i <= 8; i++) feed.subscribe({ recipe: recipe(i / 10), delivery: 'latest' });
    expect(() => feed.subscribe({ recipe: recipe(0.95), delivery: 'latest' })).toThrow('recipes per feed');
    expect(() => feed.subscribe({ recipe: recipe(0.8), delivery: 'latest' })).not.toThrow();
  });

  it('fails with a reason when the file does not exist or is no video', async () => {
    const failing = stateOf('or-1', 'failed');
    await registry.create(settings('or-1', { uri: join(folder, 'none.mp4') }));
    const { snapshot } = await failing;
    expect(snapshot.state).toMatchObject({ reason: expect.stringContaining('none.mp4') });
    expect(JSON.stringify(snapshot)).not.toContain(folder);
  });

  it('reconnects a live source that cannot be reached, and says when it tries again', async () => {
    const reconnecting = stateOf('or-1', 'reconnecting');
    await registry.create(settings('or-1', { uri: 'rtmp://user:secret@127.0.0.1:1/live' }));
    const { snapshot } = await reconnecting;
    expect(snapshot.state).toMatchObject({ kind: 'reconnecting', attempt: 1 });
    expect(JSON.stringify(snapshot)).not.toContain('secret');
  });

  it('closes the subscriptions of a feed that is deleted, after what was analysed', async () => {
    const feed = await registry.create(settings('or-1', { loop: true }));
    const subscription = feed.subscribe({ recipe: recipe(), delivery: 'every_frame' });
    await readUntil(subscription, (item) => item.kind === 'analysis');
    await registry.delete('or-1');
    expect((await readUntil(subscription, (item) => item.kind === 'closed')).at(-1)).toEqual({
      kind: 'closed',
    });
    expect(() => registry.get('or-1')).toThrow("there is no feed named 'or-1'");
  });

  it('checks what it is asked to create', async () => {
    await registry.create(settings('or-1', { loop: true }));
    await expect(registry.create(settings('or-1'))).rejects.toMatchObject({ code: 'already_exists' });
    await expect(registry.create(settings('Or 1'))).rejects.toMatchObject({ code: 'invalid_argument' });
    await expect(registry.create(settings('or-2', { uri: 'gopher://x/y' }))).rejects.toThrow('source.uri');
    await expect(registry.create({ ...settings('or-2'), modelName: 'none' })).rejects.toMatchObject({
      code: 'not_found',
    });
    await registry.create(settings('or-2', { loop: true }));
    await registry.create(settings('or-3', { loop: true }));
    await expect(registry.create(settings('or-4'))).rejects.toMatchObject({ code: 'resource_exhausted' });
    expect(registry.list().map(({ id }) => id)).toEqual(['or-1', 'or-2', 'or-3']);
  });
});
