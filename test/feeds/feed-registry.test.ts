import { beforeAll, describe, expect, it } from '@jest/globals';
import { join } from 'node:path';
import type { FeedChange } from '../../src/feeds/feed-registry.js';
import { FeedHarness } from '../fixtures/feed-harness.js';
import { readUntil } from '../fixtures/read-until.js';
import { writeTestClip } from '../fixtures/test-clip.js';

describe('FeedRegistry', () => {
  const harness = FeedHarness.use({ maxFeeds: 3 });
  const looped = (id = 'or-1') => harness.settings({ id }, { loop: true });

  beforeAll(() => writeTestClip(harness.clip, 50));

  it('checks what it is asked to create', async () => {
    const { registry } = harness;
    await registry.create(looped());
    const refused = (settings: Parameters<typeof registry.create>[0]) =>
      expect(registry.create(settings)).rejects;
    await refused(looped()).toMatchObject({ code: 'already_exists' });
    await refused(looped('Or 1')).toMatchObject({ code: 'invalid_argument' });
    await refused(harness.settings({ id: 'or-2' }, { uri: 'gopher://x/y' })).toThrow('source.uri');
    await refused(harness.settings({ id: 'or-2', modelName: 'none' })).toMatchObject({ code: 'not_found' });
    await registry.create(looped('or-3'));
    await registry.create(looped('or-2'));
    await refused(looped('or-4')).toThrow('maxFeeds is');
    expect(registry.list().map(({ id }) => id)).toEqual(['or-1', 'or-2', 'or-3']);
    expect(() => registry.get('or-9')).toThrow("there is no feed named 'or-9'; there are or-1, or-2, or-3");
  });

  it('closes the subscriptions of a deleted feed after what was analysed, which is no end of its source', async () => {
    const feed = await harness.registry.create(looped());
    const subscription = feed.subscribe({ recipe: harness.recipe(), delivery: 'every_frame' });
    await readUntil(subscription, (item) => item.kind === 'analysis');
    await harness.registry.delete('or-1');
    const rest = await readUntil(subscription, (item) => item.kind === 'closed');
    expect(rest.filter(({ kind }) => kind === 'state')).toEqual([]);
    const { framesDecoded, framesAnalyzed } = feed.snapshot().counters;
    expect(framesAnalyzed).toBe(framesDecoded);
    expect(() => harness.registry.get('or-1')).toThrow("there is no feed named 'or-1'");
    await expect(harness.registry.delete('or-1')).rejects.toMatchObject({ code: 'not_found' });
  });

  it('tells of a feed that is created again after the old one has gone', async () => {
    const { registry } = harness;
    const changes: FeedChange['kind'][] = [];
    registry.changes().subscribe(({ kind }) => changes.push(kind));
    const feed = await registry.create(looped());
    await readUntil(
      feed.subscribe({ recipe: harness.recipe(), delivery: 'latest' }),
      ({ kind }) => kind === 'analysis',
    );
    const deleting = registry.delete('or-1');
    const again = await registry.create(looped());
    await deleting;
    expect(changes.filter((kind) => kind !== 'state')).toEqual(['created', 'deleted', 'created']);
    expect(registry.get('or-1')).toBe(again);
  });

  it('refuses feeds once it is closed', async () => {
    const registry = harness.open({});
    await registry.create(looped());
    const closing = registry.close();
    await expect(registry.create(looped('or-2'))).rejects.toMatchObject({ code: 'unavailable' });
    await closing;
    expect(registry.list()).toEqual([]);
  });

  it('gives up what cannot be analysed in time, and counts it', async () => {
    const registry = harness.open({ drainTimeoutMs: 0 });
    const feed = await registry.create(looped());
    const subscription = feed.subscribe({ recipe: harness.recipe(), delivery: 'every_frame' });
    await readUntil(subscription, (item) => item.kind === 'analysis');
    await registry.close();
    await readUntil(subscription, (item) => item.kind === 'closed');
    const { framesDecoded, framesAnalyzed, dropsByReason } = feed.snapshot().counters;
    expect(framesAnalyzed + (dropsByReason.shutdown ?? 0)).toBe(framesDecoded);
  });

  it('fails with a reason when the file does not exist or is no video', async () => {
    const failing = harness.entering('failed');
    await harness.registry.create(harness.settings({}, { uri: join(harness.folder, 'none.mp4') }));
    const { state } = await failing;
    expect(state).toMatchObject({ reason: expect.stringContaining('none.mp4') });
    const noVideo = harness.entering('failed', 'or-2');
    const manifest = join(harness.folder, 'small', 'manifest.json');
    await harness.registry.create(harness.settings({ id: 'or-2' }, { uri: manifest }));
    expect(JSON.stringify([state, await noVideo])).not.toContain(harness.folder);
  });

  it('shows no credential of a source that it cannot reach', async () => {
    const reconnecting = harness.entering('reconnecting');
    const uri = 'rtmp://user:secret@127.0.0.1:1/live?key=secret';
    await harness.registry.create(harness.settings({}, { uri }));
    const snapshot = await reconnecting;
    expect(snapshot.state).toMatchObject({ kind: 'reconnecting', attempt: 1 });
    expect(snapshot.settings.source.uri).toContain('127.0.0.1:1/live');
    expect(JSON.stringify(snapshot)).not.toContain('secret');
  });
});
