import { connectivityState, credentials, status } from '@grpc/grpc-js';
import { afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { once } from 'node:events';
import { createServer, connect, type AddressInfo, type Server, type Socket } from 'node:net';
import { join } from 'node:path';
import {
  AnalysisServiceClient,
  SubscriptionConfiguration,
  type SubscribeResponse,
} from '../../../src/rpc/gen/surgicam/v1/analysis_service.js';
import { connect as connectClient } from '../../../clients/typescript/src/client.js';
import type { ServerLimits } from '../../../src/rpc/server/server-limits.js';
import { decodeDetails } from '../../fixtures/error-details.js';
import { RpcHarness, valueOf } from '../../fixtures/rpc-harness.js';
import { writeSmallPackage } from '../../fixtures/small-package.js';
import { sampleFrames } from '../../fixtures/sample-analysis.js';
import { StreamProbe } from '../../fixtures/stream-probe.js';
import { temporaryFolder } from '../../fixtures/temporary-folder.js';
import { waitUntil } from '../../fixtures/wait-until.js';

const folder = temporaryFolder();
let harness: RpcHarness;
let cable: Cable | undefined;

beforeAll(() => writeSmallPackage(join(folder, 'small')));
afterEach(async () => {
  cable?.close();
  cable = undefined;
  await harness.stop();
});

async function start(limits: Partial<ServerLimits>): Promise<void> {
  harness = await RpcHarness.start(folder, { limits });
  harness.feeds.add('or-1');
  harness.feeds.add('or-2');
}

/** A connection's way through this process, which can be cut without either end being told. */
class Cable {
  private readonly sockets = new Set<Socket>();

  private constructor(
    private readonly server: Server,
    readonly address: string,
  ) {}

  static async to(port: number): Promise<Cable> {
    const server = createServer();
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const made = new Cable(server, `127.0.0.1:${(server.address() as AddressInfo).port}`);
    server.on('connection', (near) => {
      const far = connect(port, '127.0.0.1');
      for (const socket of [near, far]) {
        made.sockets.add(socket);
        socket.on('error', () => undefined);
      }
      near.pipe(far);
      far.pipe(near);
    });
    return made;
  }

  /** Nothing gets through any more, in either direction. */
  cut(): void {
    for (const socket of this.sockets) {
      socket.unpipe();
      socket.removeAllListeners('end');
      socket.pause();
    }
  }

  close(): void {
    for (const socket of this.sockets) socket.destroy();
    this.server.close();
  }
}

function subscribeBy(address: string, options: Record<string, number> = {}) {
  const client = new AnalysisServiceClient(address, credentials.createInsecure(), {
    'grpc.use_local_subchannel_pool': 1,
    ...options,
  });
  const call = client.subscribe();
  const value = SubscriptionConfiguration.fromPartial({ feedId: 'or-1' });
  call.write({ request: { $case: 'configure', value } });
  return { client, probe: new StreamProbe<SubscribeResponse>(call) };
}

describe('the limits', () => {
  it('refuse one subscription too many to a feed, by name and with a time to come back', async () => {
    await start({ maxSubscriptionsPerFeed: 1 });
    const first = harness.subscribe({ feedId: 'or-1' });
    await first.next('feedStateChange');
    const { code, details, metadata } = await harness.subscribe({ feedId: 'or-1' }).probe.status;
    expect([code, details]).toEqual([
      status.RESOURCE_EXHAUSTED,
      'maxSubscriptionsPerFeed is 1 and all are taken; try again later',
    ]);
    expect(decodeDetails(metadata)).toMatchObject({
      retryInfo: { retryDelay: { seconds: 1 } },
      resourceInfo: { resourceName: 'maxSubscriptionsPerFeed' },
    });
    await harness.subscribe({ feedId: 'or-2' }).next('feedStateChange');
    first.call.cancel();
    await first.probe.status;
    await waitUntil(() => harness.feeds.get('or-1').openSubscriptions === 0, 'the free place');
    await harness.subscribe({ feedId: 'or-1' }).next('feedStateChange');
  });

  it('bound a request', async () => {
    await start({ maxRequestBytes: 1_000 });
    const image = Buffer.alloc(2_000);
    const code = await new Promise((resolve) => {
      harness.analysis.analyzeImage(
        { modelName: '', image, outputs: undefined, thresholds: undefined },
        (error) => resolve(error?.code),
      );
    });
    expect(code).toBe(status.RESOURCE_EXHAUSTED);
  });

  it('take what is larger than the 4 MiB that grpc-js allows by itself, in both directions', async () => {
    await start({});
    const image = Buffer.alloc(6 * 2 ** 20);
    const code = await new Promise((resolve) => {
      harness.analysis.analyzeImage(
        { modelName: '', image, outputs: undefined, thresholds: undefined },
        (error) => resolve(error?.code),
      );
    });
    expect(code).toBe(status.INVALID_ARGUMENT); // read whole, and found to be no picture
    const data = new Uint8Array(6 * 2 ** 20);
    const heatmaps = [{ classId: 0, encoding: 'full_u8', width: 3072, height: 2048, data }] as const;
    const mine = connectClient(harness.address);
    const feed = harness.feeds.get('or-1');
    const frames = mine.subscribe('or-1', { delivery: 'every-frame' })[Symbol.asyncIterator]();
    const first = frames.next();
    await feed.subscribed();
    feed.publish(...sampleFrames(0, 1, { heatmaps }));
    expect((await first).value).toMatchObject({ heatmaps: [{ data: { length: data.length } }] });
    mine.close();
  });

  it('let so many calls at a time onto a connection; the others wait their turn', async () => {
    await start({ maxStreamsPerConnection: 2 });
    const [first, second] = [harness.subscribe({ feedId: 'or-1' }), harness.subscribe({ feedId: 'or-2' })];
    await first.next('feedStateChange');
    await second.next('feedStateChange');
    const third = harness.subscribe({ feedId: 'or-2' });
    await first.next('heartbeat');
    expect(third.probe.received).toEqual([]);
    expect(harness.feeds.get('or-2').openSubscriptions).toBe(1);
    first.call.cancel();
    await third.next('started');
    expect(harness.feeds.get('or-2').openSubscriptions).toBe(2);
  });

  it('close a connection that has no call', async () => {
    await start({ maxConnectionIdleMs: 1_000 });
    cable = await Cable.to(harness.server.port);
    const { client, probe } = subscribeBy(cable.address);
    await probe.next((response) => valueOf('feedStateChange', response));
    probe.call.cancel();
    await probe.status;
    await waitUntil(
      () => client.getChannel().getConnectivityState(false) === connectivityState.IDLE,
      'the end of the connection',
    );
    client.close();
  });
});

describe('keepalive', () => {
  const often = { keepaliveMs: 200, keepaliveTimeoutMs: 200 };

  it('finds a client that is gone without a word, and gives its place back', async () => {
    await start(often);
    cable = await Cable.to(harness.server.port);
    const { client, probe } = subscribeBy(cable.address);
    await probe.next((response) => valueOf('feedStateChange', response));
    expect(harness.feeds.get('or-1').openSubscriptions).toBe(1);
    cable.cut();
    await waitUntil(() => harness.feeds.get('or-1').openSubscriptions === 0, 'the end of the subscription');
    client.close();
  });

  it('finds a service that is gone without a word', async () => {
    await start({});
    cable = await Cable.to(harness.server.port);
    const { client, probe } = subscribeBy(cable.address, {
      'grpc.keepalive_time_ms': 200,
      'grpc.keepalive_timeout_ms': 200,
    });
    await probe.next((response) => valueOf('feedStateChange', response));
    cable.cut();
    expect((await probe.status).code).toBe(status.UNAVAILABLE);
    client.close();
  });

  it('cuts off no call that is draining', async () => {
    await start({ keepaliveMs: 150, keepaliveTimeoutMs: 5_000 });
    const { client, probe } = subscribeBy(harness.address, {
      'grpc.keepalive_time_ms': 150,
      'grpc.keepalive_timeout_ms': 5_000,
    });
    await probe.next((response) => valueOf('feedStateChange', response));
    const drained = harness.server.drain(30_000);
    // A heartbeat a second: at least a dozen pings in between.
    await probe.next((response) => valueOf('heartbeat', response));
    await probe.next((response) => valueOf('heartbeat', response));
    await harness.feeds.get('or-1').close();
    expect(await probe.status).toMatchObject({
      code: status.UNAVAILABLE,
      details: 'the server is shutting down; try again',
    });
    client.close();
    await drained;
  });
});
