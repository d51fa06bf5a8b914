import { afterAll, afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { filter, firstValueFrom, skip } from 'rxjs';
import { FeedRegistry } from '../../src/feeds/feed-registry.js';
import { ModelReloader } from '../../src/feeds/model-reloader.js';
import { InferenceEngine } from '../../src/inference/inference-engine.js';
import { ModelRepository } from '../../src/models/model-repository.js';
import { silentLogger } from '../../src/observability/logger.js';
import { errorOf } from '../fixtures/errors.js';
import { writeNextVersion, writeSmallPackage } from '../fixtures/small-package.js';
import { temporaryFolder } from '../fixtures/temporary-folder.js';
import { waitUntil } from '../fixtures/wait-until.js';

describe('reloading models', () => {
  const logger = silentLogger();
  const root = temporaryFolder();
  const engine = InferenceEngine.start({ workers: 1, providers: ['cpu'], logger });
  let count = 0;
  let folder: string;
  let repository: ModelRepository;
  let feeds: FeedRegistry;
  let reloader: ModelReloader;

  beforeEach(async () => {
    folder = join(root, `models-${count++}`);
    await writeSmallPackage(join(folder, 'small'));
    await writeSmallPackage(join(folder, 'other'), 'other');
    repository = await ModelRepository.open([folder]);
    feeds = new FeedRegistry({ engine, models: repository, logger });
    const warmUp = engine.load(repository.get('small'));
    reloader = new ModelReloader({ repository, engine, feeds, defaultModel: 'small', warmUp, logger });
  });
  afterEach(async () => {
    await feeds.close();
    for (const model of engine.models()) engine.retire(model);
    expect(engine.models()).toEqual([]);
  });
  afterAll(() => engine.close());

  const outcomes = async (): Promise<Record<string, string>> =>
    Object.fromEntries((await reloader.reload()).map(({ name, outcome }) => [name, outcome]));
  const loaded = (): string[] =>
    engine.models().map(({ description }) => `${description.name} ${description.version}`);
  const follow = (id: string, modelName: string) =>
    feeds.create({
      id,
      source: { uri: 'phantom://?seed=1&width=160&height=120', ownSpeed: false, loop: false },
      modelName,
      pacing: 'every_frame',
      hardwareAcceleration: 'none',
    });

  it('finds what is as it was', async () => {
    const before = repository.list();
    expect(await outcomes()).toEqual({ other: 'unchanged', small: 'unchanged' });
    expect(repository.list()).toEqual(before);
    expect(repository.get('small')).toBe(before[1]);
    expect(loaded()).toEqual(['small 1.2.3']);
  });

  it('takes up new packages, drops what nobody uses, and keeps the default', async () => {
    await writeSmallPackage(join(folder, 'new'), 'new');
    await rm(join(folder, 'other'), { recursive: true });
    await rm(join(folder, 'small'), { recursive: true });
    const results = await reloader.reload();
    expect(results.map(({ name, outcome }) => `${name} ${outcome}`)).toEqual([
      'new added',
      'other removed',
      'small kept',
    ]);
    expect(results[2]).toMatchObject({ version: '1.2.3', reason: expect.stringContaining('default model') });
    expect(repository.list().map(({ manifest }) => manifest.name)).toEqual(['new', 'small']);
    // The new one was run once to see that it can be, and holds no memory until somebody wants it.
    expect(loaded()).toEqual(['small 1.2.3']);
  });

  it('lets feeds of a package that is gone come to their end', async () => {
    const feed = await follow('or-1', 'other');
    await rm(join(folder, 'other'), { recursive: true });
    const [other] = await reloader.reload();
    expect(other).toMatchObject({ name: 'other', outcome: 'kept', feedIds: ['or-1'] });
    expect((await errorOf(() => follow('or-2', 'other'))).code).toBe('not_found');
    expect(loaded()).toEqual(['small 1.2.3', 'other 1.2.3']);
    expect(feed.snapshot().state.kind).not.toBe('failed');
    await feeds.delete('or-1');
    expect(loaded()).toEqual(['small 1.2.3']);
  });

  it('leaves what is served alone where a package is broken, and says why', async () => {
    await follow('or-1', 'other');
    await writeFile(join(folder, 'other', 'model.onnx'), 'not a graph');
    await writeNextVersion(join(folder, 'small'), '2.0.0');
    const [other, small] = await reloader.reload();
    expect(other).toMatchObject({ name: 'other', outcome: 'failed', version: '1.2.3' });
    expect(other!.reason).toContain('is not the graph its manifest describes');
    expect(small).toMatchObject({ outcome: 'replaced', version: '2.0.0', previousVersion: '1.2.3' });
    expect(repository.get('other').manifest.version).toBe('1.2.3');
    expect(loaded()).toEqual(['other 1.2.3', 'small 2.0.0']);
  });

  it('refuses another input or other classes while feeds are analysed, and takes them when they are gone', async () => {
    await follow('or-1', 'other');
    const classes = ['grasper', 'scissors', 'tissue'];
    await writeNextVersion(join(folder, 'other'), '2.0.0', { name: 'other', classes });
    const [other] = await reloader.reload();
    expect(other).toMatchObject({ outcome: 'failed', version: '1.2.3', feedIds: ['or-1'] });
    expect(other!.reason).toMatch(/another classes|classes.*or-1/);
    expect(loaded()).toEqual(['small 1.2.3', 'other 1.2.3']);
    await feeds.delete('or-1');
    expect(await outcomes()).toEqual({ other: 'replaced', small: 'unchanged' });
    expect(repository.get('other').manifest.classes).toEqual(classes);
  });

  it('takes a change of the manifest alone for one of the model', async () => {
    const { description } = repository.get('small');
    await writeSmallPackage(join(folder, 'small'), 'small', { replace: true });
    expect(await outcomes()).toEqual({ other: 'unchanged', small: 'unchanged' });
    await writeNextVersion(join(folder, 'small'), '1.2.3', { thresholds: { class: 0.25, roi: 0.3 } });
    expect(await outcomes()).toEqual({ other: 'unchanged', small: 'replaced' });
    expect(repository.get('small').description).toEqual({ ...description, classThreshold: 0.25 });
    expect(loaded()).toEqual(['small 1.2.3']);
    expect(engine.models()[0]!.description.classThreshold).toBe(0.25);
  });

  it('serves calls that come together one after the other', async () => {
    await writeNextVersion(join(folder, 'small'), '2.0.0');
    const [first, second, third] = await Promise.all([outcomes(), outcomes(), outcomes()]);
    expect(first).toEqual({ other: 'unchanged', small: 'replaced' });
    expect(second).toEqual({ other: 'unchanged', small: 'unchanged' });
    expect(third).toEqual(second);
    expect(loaded()).toEqual(['small 2.0.0']);
  });

  it('goes back to what was served before', async () => {
    await writeNextVersion(join(folder, 'small'), '2.0.0');
    await outcomes();
    await writeSmallPackage(join(folder, 'small'), 'small', { replace: true });
    expect(await outcomes()).toEqual({ other: 'unchanged', small: 'replaced' });
    expect(loaded()).toEqual(['small 1.2.3']);
  });

  it('changes nothing when a model folder is missing altogether, and works again when it is back', async () => {
    await rm(folder, { recursive: true });
    expect((await errorOf(() => reloader.reload())).code).toBe('not_found');
    expect(repository.list()).toHaveLength(2);
    await writeSmallPackage(join(folder, 'small'));
    expect(await outcomes()).toEqual({ other: 'removed', small: 'unchanged' });
  });

  it('does not load a file that was changed under it into a worker that is started again', async () => {
    const feed = await follow('or-1', 'small');
    await writeNextVersion(join(folder, 'small'), '2.0.0');
    const back = firstValueFrom(engine.canRun.pipe(skip(1), filter(Boolean)));
    engine.replaceWorkers();
    await back;
    const failed = (): number => feed.snapshot().counters.dropsByReason.inference_failed ?? 0;
    await waitUntil(() => failed() > 0, 'a frame that the worker could not analyse');
    const [, small] = await reloader.reload();
    expect(small).toMatchObject({ outcome: 'replaced', version: '2.0.0' });
    const { framesAnalyzed } = feed.snapshot().counters;
    const goesOn = (): boolean => feed.snapshot().counters.framesAnalyzed > framesAnalyzed;
    await waitUntil(goesOn, 'an analysis by the new version');
  });

  it('gives a feed that begins meanwhile the model that is then current', async () => {
    await writeNextVersion(join(folder, 'small'), '2.0.0');
    const created = follow('or-1', 'small');
    const results = await reloader.reload();
    const feed = await created;
    expect(results[1]).toMatchObject({ outcome: 'replaced', version: '2.0.0' });
    expect(feed.model.version).toBe('2.0.0');
    expect(loaded()).toEqual(['small 2.0.0']);
  });
});
