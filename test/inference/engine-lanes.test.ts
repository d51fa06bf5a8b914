import { beforeAll, describe, expect, it } from '@jest/globals';
import { Subject, filter, firstValueFrom, lastValueFrom, toArray } from 'rxjs';
import { resolveRecipe, type KeyedRecipe } from '../../src/domain/analysis-recipe.js';
import type { AnalyzedFrame, DropReason } from '../../src/domain/frame-analysis.js';
import type { VideoFrame } from '../../src/domain/video-frame.js';
import type { InferenceEngine } from '../../src/inference/inference-engine.js';
import type { LaneOptions } from '../../src/inference/lane.js';
import type { LoadedModel } from '../../src/inference/loaded-model.js';
import type { ModelPackage } from '../../src/models/model-package.js';
import { temporaryFolder } from '../fixtures/temporary-folder.js';
import { engineStarter, everything, noiseFrame, writeTestPackage } from './inference-fixture.js';

const folder = temporaryFolder();
const startEngine = engineStarter();
let pkg: ModelPackage;

beforeAll(async () => {
  pkg = await writeTestPackage(folder, 'plain');
});

/** A feed of the engine that is pushed by hand. */
function openFeed(
  engine: InferenceEngine,
  model: LoadedModel,
  options: Partial<LaneOptions> & Pick<LaneOptions, 'pacing'>,
) {
  const source = new Subject<VideoFrame>();
  const drops: string[] = [];
  const results = new Subject<AnalyzedFrame>();
  const all = lastValueFrom(results.pipe(toArray()));
  all.catch(() => undefined); // an engine may be closed before its feeds
  const recipe = resolveRecipe({}, model.description);
  source
    .pipe(
      engine.analyze({
        model,
        recipes: () => [recipe],
        onDrop: ({ sequence }: VideoFrame, reason: DropReason) => drops.push(`${sequence} ${reason}`),
        ...options,
      }),
    )
    .subscribe(results);
  return { source, drops, results, all };
}

const sequences = (analyzed: readonly AnalyzedFrame[]): number[] =>
  analyzed.map(({ facts }) => facts.sequence);

describe('feeds of an engine', () => {
  it('LIVE: analyses the newest frame, counts the rest', async () => {
    const engine = startEngine();
    const model = await engine.load(pkg);
    const { source, drops, all } = openFeed(engine, model, { pacing: 'live' });
    for (let sequence = 0; sequence < 10; sequence++) source.next(noiseFrame(sequence));
    source.complete();
    const analyzed = await all;
    expect(sequences(analyzed)).toEqual([0, 9]);
    expect(drops).toEqual([1, 2, 3, 4, 5, 6, 7, 8].map((sequence) => `${sequence} superseded`));
    expect(analyzed[1]!.facts.framesDropped).toEqual({ superseded: 8 });
  });

  it('EVERY_FRAME: a source that heeds its gate is held back and loses nothing', async () => {
    const engine = startEngine({ workers: 2 });
    const model = await engine.load(pkg);
    const gate = engine.createGate();
    const { source, drops, all } = openFeed(engine, model, { pacing: 'every_frame', gate });
    let sequence = 0;
    let mostTaken = 0;
    let closings = 0;
    const pump = (): void => {
      while (gate.isOpen() && sequence < 60) {
        source.next(noiseFrame(sequence++));
        mostTaken = Math.max(mostTaken, gate.taken);
      }
      if (sequence === 60) source.complete();
      else closings++;
    };
    gate.onOpen(pump);
    pump();
    expect(sequences(await all)).toEqual(Array.from({ length: 60 }, (_, i) => i));
    expect([drops, mostTaken, gate.taken]).toEqual([[], gate.capacity, 0]);
    expect(closings).toBeGreaterThan(10);
  });

  it('serves a greedy feed and modest ones in turn', async () => {
    const engine = startEngine({ maxBatch: 2, maxWaitMs: 1000 });
    const model = await engine.load(pkg);
    const order: string[] = [];
    const feeds = ['greedy', 'b', 'c'].map((feedId) => {
      const feed = openFeed(engine, model, { pacing: 'every_frame' });
      feed.results.subscribe(({ facts }) => order.push(`${feedId}${facts.sequence}`));
      return { feedId, ...feed };
    });
    const counts = [12, 2, 2];
    feeds.forEach(({ feedId, source }, i) => {
      for (let sequence = 0; sequence < counts[i]!; sequence++) source.next(noiseFrame(sequence, feedId));
    });
    for (const { source } of feeds) source.complete();
    await Promise.all(feeds.map(({ all }) => all));
    expect(order).toHaveLength(16);
    // The greedy one was alone when the first batches left; from then on everybody has a turn.
    const turns = order.slice(2).map((name) => name.replace(/\d+/, ''));
    expect(turns.slice(0, 6).filter((name) => name === 'greedy').length).toBeLessThanOrEqual(3);
    expect(order.slice(2, 8)).toEqual(expect.arrayContaining(['b0', 'b1', 'c0', 'c1']));
  });

  it('puts the frames of several feeds into one batch, waiting a moment for them', async () => {
    const engine = startEngine({ maxBatch: 3, maxWaitMs: 60_000 });
    const model = await engine.load(pkg);
    const feeds = ['a', 'b', 'c'].map(() => openFeed(engine, model, { pacing: 'live' }));
    for (const [i, { source }] of feeds.entries()) source.next(noiseFrame(0, `feed-${i}`));
    const first = await Promise.all(feeds.map(({ results }) => firstValueFrom(results)));
    expect(first.map(({ facts }) => facts.batchSize)).toEqual([3, 3, 3]);
    expect(engine.stats().batchSizes).toEqual(new Map([[3, 1]]));
    // One has ended, one left without a frame: nobody waits for them.
    feeds[0]!.source.complete();
    feeds[1]!.source.complete();
    feeds[2]!.source.next(noiseFrame(1));
    expect((await firstValueFrom(feeds[2]!.results)).facts.batchSize).toBe(1);
  });

  it('sends an incomplete batch when the wait is over', async () => {
    const engine = startEngine({ maxBatch: 3, maxWaitMs: 1 });
    const model = await engine.load(pkg);
    const [a] = ['a', 'b'].map(() => openFeed(engine, model, { pacing: 'live' })) as [
      ReturnType<typeof openFeed>,
    ];
    const result = firstValueFrom(a.results);
    a.source.next(noiseFrame(0));
    expect((await result).facts.batchSize).toBe(1);
  });

  it('a change of recipes counts from the next frame that goes to a worker', async () => {
    const engine = startEngine();
    const model = await engine.load(pkg);
    const scores = everything({}, model.description);
    const heatmaps = everything({ heatmaps: { encoding: 'native_f32' } }, model.description);
    let recipes: readonly KeyedRecipe[] = [scores];
    const { source, all } = openFeed(engine, model, { pacing: 'every_frame', recipes: () => recipes });
    source.next(noiseFrame(0)); // at work at once
    source.next(noiseFrame(1)); // waits
    recipes = [scores, heatmaps];
    source.complete();
    const analyzed = await all;
    expect(analyzed.map(({ products }) => [...products.keys()])).toEqual([
      [scores.key],
      [scores.key, heatmaps.key],
    ]);
    expect(analyzed[1]!.products.get(heatmaps.key)!.heatmaps).toHaveLength(3);
  });

  it('frames that are not admitted are counted and cost nothing', async () => {
    const engine = startEngine();
    const model = await engine.load(pkg);
    const admit = ({ sequence }: VideoFrame): boolean => sequence % 3 === 0;
    const { source, all, drops } = openFeed(engine, model, { pacing: 'every_frame', admit });
    for (let sequence = 0; sequence < 7; sequence++) source.next(noiseFrame(sequence));
    source.complete();
    const analyzed = await all;
    expect(analyzed.map(({ facts }) => [facts.sequence, facts.framesDropped])).toEqual([
      [0, {}],
      [3, { rate_limited: 2 }],
      [6, { rate_limited: 2 }],
    ]);
    expect([drops.length, engine.stats().frames]).toEqual([4, 3]);
  });
});

describe('several batches at a worker', () => {
  it('come back in order and complete, each with its own results', async () => {
    const reference = startEngine();
    const engine = startEngine({ pipelineDepth: 3, maxBatch: 2 });
    const frames = Array.from({ length: 40 }, (_, sequence) => noiseFrame(sequence));
    const results = [];
    for (const one of [reference, engine]) {
      const model = await one.load(pkg);
      const { source, all } = openFeed(one, model, { pacing: 'every_frame' });
      for (const frame of frames) source.next({ ...frame, pixels: frame.pixels.slice() });
      source.complete();
      results.push(await all);
    }
    const [expected, actual] = results as [AnalyzedFrame[], AnalyzedFrame[]];
    expect(sequences(actual)).toEqual(frames.map(({ sequence }) => sequence));
    actual.forEach(({ facts }, i) => {
      expect(
        Math.max(...facts.logits.map((logit, k) => Math.abs(logit - expected[i]!.facts.logits[k]!))),
      ).toBeLessThan(1e-4);
    });
    expect(engine.stats().batchSizes.get(2)).toBeGreaterThanOrEqual(19);
  });

  it('are lost together with it, and the feed goes on', async () => {
    const engine = startEngine({ pipelineDepth: 2 });
    const model = await engine.load(pkg);
    const { source, drops, results, all } = openFeed(engine, model, { pacing: 'every_frame' });
    const third = firstValueFrom(results.pipe(filter(({ facts }) => facts.sequence === 2)));
    for (let sequence = 0; sequence < 3; sequence++) source.next(noiseFrame(sequence));
    await third; // run times are known by now
    for (let sequence = 3; sequence < 20; sequence++) source.next(noiseFrame(sequence));
    engine.replaceWorkers();
    source.complete();
    const analyzed = await all;
    expect(drops.length).toBeGreaterThanOrEqual(1);
    expect(drops.length).toBeLessThanOrEqual(2);
    expect(drops.every((text) => text.endsWith('worker_lost'))).toBe(true);
    expect(analyzed.length + drops.length).toBe(20);
  });
});
