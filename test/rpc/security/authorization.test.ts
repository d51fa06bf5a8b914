import { credentials, Metadata, status } from '@grpc/grpc-js';
import { afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { bearer } from '../../../src/cli/client/credentials.js';
import type { Scope } from '../../../src/domain/access.js';
import {
  AnalysisServiceClient,
  SubscriptionConfiguration,
  type SubscribeResponse,
} from '../../../src/rpc/gen/surgicam/v1/analysis_service.js';
import {
  FeedChangeKind,
  FeedServiceClient,
  type WatchFeedsResponse,
} from '../../../src/rpc/gen/surgicam/v1/feed_service.js';
import { ModelServiceClient } from '../../../src/rpc/gen/surgicam/v1/model_service.js';
import { digestOf, formatTokenLine, newToken } from '../../../src/rpc/security/token-line.js';
import { decodeDetails } from '../../fixtures/error-details.js';
import { healthClient } from '../../fixtures/health-client.js';
import { keepingLogger } from '../../fixtures/log-lines.js';
import { ReflectionClient } from '../../fixtures/reflection-client.js';
import { ask, refusal, RpcHarness, valueOf } from '../../fixtures/rpc-harness.js';
import { writeSmallPackage } from '../../fixtures/small-package.js';
import { StreamProbe } from '../../fixtures/stream-probe.js';
import { temporaryFolder } from '../../fixtures/temporary-folder.js';
import { waitUntil } from '../../fixtures/wait-until.js';

const folder = temporaryFolder();
const tokensFile = join(folder, 'tokens');
const TOKENS = {
  viewer: newToken(),
  speaker: newToken(),
  room: newToken(),
  editor: newToken(),
  models: newToken(),
};
const { logger, lines } = keepingLogger();
let harness: RpcHarness;
const opened: { close(): void }[] = [];

function lineOf(subject: keyof typeof TOKENS, scopes: readonly Scope[], feeds?: readonly string[]): string {
  const digest = digestOf(TOKENS[subject]);
  return formatTokenLine({ subject, digest, scopes, ...(feeds === undefined ? {} : { feeds }) });
}

beforeAll(() => writeSmallPackage(join(folder, 'models', 'small')));
afterEach(async () => {
  for (const client of opened.splice(0)) client.close();
  await harness.stop();
});

async function start(): Promise<void> {
  writeFileSync(
    tokensFile,
    [
      lineOf('viewer', ['feed:read']),
      lineOf('speaker', ['feed:read', 'feed:annotate'], ['or-1']),
      lineOf('room', ['feed:read', 'feed:write'], ['or-1']),
      lineOf('editor', ['admin']),
      lineOf('models', ['model:read']),
    ].join('\n'),
  );
  lines.length = 0;
  const options = { auth: { tokensFile }, reloadMs: 100, auditLogger: logger, logger };
  harness = await RpcHarness.start(join(folder, 'models'), options);
  harness.feeds.add('or-1');
  harness.feeds.add('or-2');
}

/** Clients that show a token. */
function as(token: string) {
  const options = { interceptors: [bearer(token)] };
  const insecure = credentials.createInsecure();
  const feeds = new FeedServiceClient(harness.address, insecure, options);
  const analysis = new AnalysisServiceClient(harness.address, insecure, options);
  const models = new ModelServiceClient(harness.address, insecure, options);
  opened.push(feeds, analysis, models);
  return {
    watch: () => new StreamProbe<WatchFeedsResponse>(feeds.watchFeeds({})),
    list: () => ask(feeds.listFeeds.bind(feeds), { pageSize: 0, pageToken: '' }),
    get: (feedId: string) => ask(feeds.getFeed.bind(feeds), { feedId }),
    remove: (feedId: string) => ask(feeds.deleteFeed.bind(feeds), { feedId }),
    models: () => ask(models.listModels.bind(models), {}),
    subscribe: (feedId: string) => {
      const call = analysis.subscribe();
      const probe = new StreamProbe<SubscribeResponse>(call);
      call.write({
        request: { $case: 'configure', value: SubscriptionConfiguration.fromPartial({ feedId }) },
      });
      return { call, probe };
    },
  };
}

describe('a service that asks for tokens', () => {
  it('tells a stranger nothing but that it asks', async () => {
    await start();
    const none = await refusal(
      ask(harness.feedService.listFeeds.bind(harness.feedService), { pageSize: 0, pageToken: '' }),
    );
    expect(none.code).toBe(status.UNAUTHENTICATED);
    expect(decodeDetails(none.metadata).errorInfo).toMatchObject({
      reason: 'CREDENTIALS_MISSING',
      domain: 'surgicam',
    });
    const answers = await Promise.all(
      [newToken(), 'a.b.c', TOKENS.viewer.slice(0, -1)].map((token) => refusal(as(token).list())),
    );
    for (const answer of answers) {
      expect([answer.code, answer.details]).toEqual([
        status.UNAUTHENTICATED,
        'the credentials are not valid',
      ]);
    }
    const stream = harness.subscribe({ feedId: 'or-1' });
    expect((await stream.probe.status).code).toBe(status.UNAUTHENTICATED);
  });

  it('takes a well-formed header only', async () => {
    await start();
    const { feedService } = harness;
    const list = (header: string) =>
      new Promise<number>((resolve) => {
        const metadata = new Metadata();
        metadata.set('authorization', header);
        feedService.listFeeds({ pageSize: 0, pageToken: '' }, metadata, (error) => resolve(error?.code ?? 0));
      });
    expect(await list(`bearer  ${TOKENS.viewer}`)).toBe(status.OK);
    expect(await list(`Basic ${TOKENS.viewer}`)).toBe(status.UNAUTHENTICATED);
    expect(await list(TOKENS.viewer)).toBe(status.UNAUTHENTICATED);
  });

  it('gives each token what its scopes cover', async () => {
    await start();
    expect((await as(TOKENS.viewer).list()).feeds).toHaveLength(2);
    const remove = await refusal(as(TOKENS.viewer).remove('or-1'));
    expect(remove.code).toBe(status.PERMISSION_DENIED);
    expect(decodeDetails(remove.metadata).errorInfo).toMatchObject({
      reason: 'SCOPE_NOT_COVERED',
      metadata: { scope: 'feed:write' },
    });
    expect((await refusal(as(TOKENS.viewer).models())).code).toBe(status.PERMISSION_DENIED);
    expect((await as(TOKENS.models).models()).models).toHaveLength(1);
    expect((await refusal(as(TOKENS.models).list())).code).toBe(status.PERMISSION_DENIED);
    await as(TOKENS.editor).remove('or-2');
    expect((await as(TOKENS.editor).list()).feeds.map((feed) => feed.settings?.feedId)).toEqual(['or-1']);
  });

  it('shows a token of some feeds only those', async () => {
    await start();
    const room = as(TOKENS.room);
    expect((await room.list()).feeds.map((feed) => feed.settings?.feedId)).toEqual(['or-1']);
    const there = await refusal(room.get('or-2'));
    const nowhere = await refusal(room.get('or-3'));
    expect([there.code, nowhere.code]).toEqual([status.PERMISSION_DENIED, status.PERMISSION_DENIED]);
    expect(there.details.replace('or-2', '')).toBe(nowhere.details.replace('or-3', ''));
    expect((await refusal(room.remove('or-2'))).code).toBe(status.PERMISSION_DENIED);
    expect((await room.subscribe('or-2').probe.status).code).toBe(status.PERMISSION_DENIED);
    const watching = room.watch();
    harness.feeds.add('or-4');
    await as(TOKENS.editor).remove('or-1');
    await watching.next(
      ({ feed, kind }) =>
        (feed?.settings?.feedId === 'or-1' && kind !== FeedChangeKind.EXISTING) || undefined,
    );
    expect(watching.received.map(({ feed }) => feed?.settings?.feedId)).not.toContain('or-4');
  });

  it('keeps health open, and reflection for administrators', async () => {
    await start();
    const health = healthClient(harness.address);
    expect(await health.check('')).toBe('SERVING');
    health.close();
    const reflect = (token?: string) => {
      const reflection = new ReflectionClient(
        harness.address,
        token === undefined ? {} : { interceptors: [bearer(token)] },
      );
      opened.push(reflection);
      return reflection.listServices();
    };
    await expect(reflect()).rejects.toMatchObject({ code: status.UNAUTHENTICATED });
    await expect(reflect(TOKENS.viewer)).rejects.toMatchObject({ code: status.PERMISSION_DENIED });
    expect(await reflect(TOKENS.editor)).toContain('surgicam.v1.FeedService');
  });

  it('takes up a changed file: a token taken out is refused, what it has begun goes on', async () => {
    await start();
    const viewer = as(TOKENS.viewer);
    const { probe } = viewer.subscribe('or-1');
    await probe.next((response) => valueOf('feedStateChange', response));
    writeFileSync(tokensFile, lineOf('editor', ['admin']));
    let code = 0;
    await waitUntil(async () => {
      code = await viewer.list().then(
        () => 0,
        (error: unknown) => (error as { code: number }).code,
      );
      return code !== 0;
    }, 'the refusal of the token that was taken out');
    expect(code).toBe(status.UNAUTHENTICATED);
    await probe.next((response) => valueOf('heartbeat', response));
  });
});

describe('annotating', () => {
  const say = ({ call }: ReturnType<ReturnType<typeof as>['subscribe']>) =>
    call.write({
      request: {
        $case: 'annotate',
        value: { sequence: 0n, content: { $case: 'caption', value: 'a clip' } },
      },
    });

  it('wants a scope of its own, and tells the others who speaks', async () => {
    await start();
    harness.feeds.get('or-1').count({ framesDecoded: 1 });
    const reader = as(TOKENS.viewer).subscribe('or-1');
    const author = as(TOKENS.speaker).subscribe('or-1');
    for (const { probe } of [reader, author]) {
      await probe.next((response) => valueOf('feedStateChange', response));
    }
    say(author);
    const heard = await reader.probe.next((response) => valueOf('annotation', response));
    expect(heard.author).toBe('speaker');
    say(reader);
    const end = await reader.probe.status;
    expect(end.code).toBe(status.PERMISSION_DENIED);
    expect(decodeDetails(end.metadata).errorInfo).toMatchObject({
      reason: 'SCOPE_NOT_COVERED',
      metadata: { scope: 'feed:annotate' },
    });
  });
});

describe('the audit', () => {
  const audited = () => lines.filter((line) => line.audit === true);

  it('says who did what to which feed with what outcome', async () => {
    await start();
    const room = as(TOKENS.room);
    const { call, probe } = room.subscribe('or-1');
    await probe.next((response) => valueOf('feedStateChange', response));
    call.cancel();
    await refusal(room.remove('or-2'));
    await room.remove('or-1');
    await refusal(as(newToken()).list());
    await waitUntil(() => audited().length >= 5, 'five lines');
    const who = {
      subject: 'room',
      by: 'token',
      peer: expect.stringMatching(/^127\.0\.0\.1:\d+$/) as unknown,
    };
    expect(audited()).toEqual(
      expect.arrayContaining([
        expect.objectContaining({
          ...who,
          action: 'Subscribe',
          feed: 'or-1',
          model: 'small',
          outcome: 'begun',
        }),
        expect.objectContaining({ ...who, action: 'Subscribe', feed: 'or-1', outcome: 'cancelled' }),
        expect.objectContaining({ ...who, action: 'DeleteFeed', feed: 'or-2', outcome: 'permission_denied' }),
        expect.objectContaining({ ...who, action: 'DeleteFeed', feed: 'or-1', outcome: 'ok' }),
        expect.objectContaining({ action: 'ListFeeds', outcome: 'unauthenticated' }),
      ]),
    );
    // What is said of a subscription names the feed and the call, here and in the other lines.
    const ofSubscription = lines.filter(
      ({ action, msg }) => action === 'Subscribe' || String(msg).startsWith('subscription'),
    );
    expect(ofSubscription.length).toBeGreaterThanOrEqual(4);
    expect(new Set(ofSubscription.map(({ sessionId }) => sessionId)).size).toBe(1);
    for (const line of ofSubscription) {
      expect(line.sessionId).toMatch(/^[0-9a-f-]{36}$/);
      expect(line.feed ?? line.feedId).toBe('or-1');
    }
    for (const line of audited()) expect(line.time).toEqual(expect.any(Number));
    const text = JSON.stringify(lines);
    for (const token of Object.values(TOKENS)) expect(text).not.toContain(token);
    expect(text).not.toContain('sgc_');
  });
});
