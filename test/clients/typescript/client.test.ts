import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { join } from 'node:path';
import sharp from 'sharp';
import {
  AlreadyExistsError,
  CancelledError,
  connect,
  DeadlineExceededError,
  FeedState,
  InvalidArgumentError,
  NotFoundError,
  Pacing,
  UnavailableError,
  type FeedChange,
  type SurgicamClient,
} from '../../../clients/typescript/src/index.js';
import { noisePicture } from '../../fixtures/picture.js';
import { RpcHarness } from '../../fixtures/rpc-harness.js';
import { writeSmallPackage } from '../../fixtures/small-package.js';
import { temporaryFolder } from '../../fixtures/temporary-folder.js';

const folder = temporaryFolder();
let harness: RpcHarness;
let client: SurgicamClient;
let picture: Buffer;
beforeAll(async () => {
  await writeSmallPackage(join(folder, 'small'));
  harness = await RpcHarness.start(folder);
  client = connect(harness.address);
  picture = await sharp(noisePicture(120, 90), { raw: { width: 120, height: 90, channels: 3 } })
    .png()
    .toBuffer();
});
afterAll(async () => {
  client.close();
  await harness.stop();
});

/** The error that a promise rejects with. */
const errorOf = (promise: Promise<unknown>): Promise<unknown> =>
  promise.then(
    () => undefined,
    (error: unknown) => error,
  );

describe('feeds', () => {
  it('are created, found, listed a page at a time and deleted', async () => {
    const created = await client.feeds.create({
      feedId: 'list-1',
      source: { phantom: { seed: 7, frameRate: 25, pace: 'real-time' } },
      pacing: 'every-frame',
    });
    expect(created.settings).toMatchObject({ feedId: 'list-1', pacing: Pacing.EVERY_FRAME });
    for (const feedId of ['list-2', 'list-3']) {
      await client.feeds.create({ feedId, source: { uri: 'rtsp://camera.local/stream' } });
    }
    const found: string[] = [];
    for await (const { settings } of client.feeds.list({ pageSize: 2 })) found.push(settings!.feedId);
    expect(found).toEqual(['list-1', 'list-2', 'list-3']);
    expect((await client.feeds.get('list-2')).status?.state).toBe(FeedState.LIVE);
    for (const feedId of found) await client.feeds.delete(feedId);
    expect(await errorOf(client.feeds.get('list-2'))).toBeInstanceOf(NotFoundError);
  });

  it('are watched from what there is on, until the signal aborts', async () => {
    harness.feeds.add('watch-1');
    const abort = new AbortController();
    const seen: [FeedChange['kind'], string][] = [];
    for await (const { kind, feed } of client.feeds.watch({ signal: abort.signal })) {
      seen.push([kind, feed.settings!.feedId]);
      if (kind === 'existing') await client.feeds.create({ feedId: 'watch-2', source: { phantom: {} } });
      if (kind === 'created') harness.feeds.get('watch-2').setState({ kind: 'stalled', sinceMs: 1 });
      if (kind === 'state-changed') await client.feeds.delete('watch-2');
      if (kind === 'deleted') abort.abort();
    }
    expect(seen).toEqual([
      ['existing', 'watch-1'],
      ['created', 'watch-2'],
      ['state-changed', 'watch-2'],
      ['deleted', 'watch-2'],
    ]);
    await client.feeds.delete('watch-1');
    await harness.feeds.unwatched();
  });
});

describe('pictures, models and health', () => {
  it('analyses a picture', async () => {
    const analysis = await client.analyzeImage(picture, {
      boxes: true,
      heatmaps: 'full-u8',
      regionFeatures: 'l-fe',
      thresholds: { classThreshold: 0, classes: [{ classId: 1, classThreshold: 1 }] },
    });
    expect(analysis).toMatchObject({ frameWidth: 120, frameHeight: 90 });
    expect(analysis.heatmaps.map(({ classId }) => classId)).toEqual([0, 2]);
    expect(analysis.regionFeatures.length).toBeGreaterThan(0);
  });

  it('names the models and their default', async () => {
    const { models, defaultModelName } = await client.listModels();
    expect(models.map(({ name }) => name)).toEqual(['small']);
    expect(defaultModelName).toBe('small');
    expect((await client.getModel()).classNames).toEqual(['grasper', 'hook', 'tissue']);
  });

  it('tells health of the server and of a service', async () => {
    expect(await client.health()).toBe('serving');
    expect(await client.health('surgicam.v1.AnalysisService')).toBe('serving');
    expect(await errorOf(client.health('nobody'))).toBeInstanceOf(NotFoundError);
  });
});

describe('errors', () => {
  it('carry the class, the code and what the service says beside them', async () => {
    const missing = await errorOf(client.getModel('none'));
    expect(missing).toBeInstanceOf(NotFoundError);
    expect(missing).toMatchObject({ code: 'not_found', resource: { type: 'model', name: 'none' } });
    const wrong = await errorOf(client.feeds.create({ feedId: 'Bad Id', source: { phantom: {} } }));
    expect(wrong).toBeInstanceOf(InvalidArgumentError);
    expect((wrong as InvalidArgumentError).fieldViolations).toEqual([
      { field: 'settings.feed_id', description: expect.stringContaining('Bad Id') },
    ]);
    harness.feeds.add('twice');
    const taken = await errorOf(client.feeds.create({ feedId: 'twice', source: { phantom: {} } }));
    expect(taken).toBeInstanceOf(AlreadyExistsError);
    await client.feeds.delete('twice');
  });

  it('tell a name that the contract does not have before anything is sent', () => {
    const heatmaps = 'jpeg' as 'png';
    expect(() => client.subscribe('or-1', { heatmaps })).toThrow(
      "heatmaps.encoding is 'jpeg'; allowed: native, full-u8, full-f32, png",
    );
  });

  it('say that nobody answers, that time is over, that the caller left', async () => {
    const nobody = connect('127.0.0.1:1');
    const unheard = await errorOf(nobody.listModels());
    expect(unheard).toBeInstanceOf(UnavailableError);
    expect((unheard as UnavailableError).message).toBe('no connection: connect ECONNREFUSED 127.0.0.1:1');
    nobody.close();
    expect(await errorOf(client.listModels({ deadlineMs: 0 }))).toBeInstanceOf(DeadlineExceededError);
    const signal = AbortSignal.abort('enough');
    expect(await errorOf(client.listModels({ signal }))).toMatchObject({ cause: 'enough' });
    const abort = new AbortController();
    const asked = errorOf(client.analyzeImage(picture, { signal: abort.signal }));
    abort.abort();
    expect(await asked).toBeInstanceOf(CancelledError);
  });

  it('refuse a token that could be read on the way', () => {
    expect(() => connect('server.clinic:50051', { token: 'secret' })).toThrow('set tls');
    expect(() => connect('server.clinic:50051', { tls: { cert: 'one' } })).toThrow('tls.cert and tls.key');
  });
});
