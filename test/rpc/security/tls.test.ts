import { credentials, status } from '@grpc/grpc-js';
import { afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { X509Certificate } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { connect } from 'node:tls';
import {
  AnalysisServiceClient,
  SubscriptionConfiguration,
  type SubscribeResponse,
} from '../../../src/rpc/gen/surgicam/v1/analysis_service.js';
import { FeedServiceClient } from '../../../src/rpc/gen/surgicam/v1/feed_service.js';
import type { RpcServerOptions } from '../../../src/rpc/server/rpc-server.js';
import { keepingLogger } from '../../fixtures/log-lines.js';
import { ask, refusal, RpcHarness, valueOf } from '../../fixtures/rpc-harness.js';
import { selfSigned, signedBy, type Certified } from '../../../src/cli/bench/faults/certificates.js';
import { writeSmallPackage } from '../../fixtures/small-package.js';
import { StreamProbe } from '../../fixtures/stream-probe.js';
import { temporaryFolder } from '../../fixtures/temporary-folder.js';
import { waitUntil } from '../../fixtures/wait-until.js';

const folder = temporaryFolder();
const [certFile, keyFile, clientCaFile] = ['tls.crt', 'tls.key', 'ca.crt'].map((name) =>
  join(folder, name),
) as [string, string, string];
const authority = selfSigned('clinic authority');
const clients = selfSigned('clients of the clinic');
let own: Certified;
let harness: RpcHarness;
const opened: { close(): void }[] = [];

beforeAll(() => writeSmallPackage(join(folder, 'models', 'small')));
beforeEach(() => {
  own = signedBy(authority, 'localhost');
  install(own);
  writeFileSync(clientCaFile, clients.certificate);
});
afterEach(async () => {
  for (const client of opened.splice(0)) client.close();
  await harness.stop();
});

function install({ certificate, key }: Certified): void {
  writeFileSync(certFile, certificate);
  writeFileSync(keyFile, key);
}

async function start(options: Partial<RpcServerOptions>): Promise<void> {
  harness = await RpcHarness.start(join(folder, 'models'), { reloadMs: 100, ...options });
  harness.feeds.add('or-1');
}

/** Clients of a connection of their own, which may show a certificate. */
function clientsWith(shown?: Certified) {
  const secure = credentials.createSsl(
    Buffer.from(authority.certificate),
    shown === undefined ? null : Buffer.from(shown.key),
    shown === undefined ? null : Buffer.from(shown.certificate),
  );
  const address = `localhost:${harness.server.port}`;
  const options = { 'grpc.use_local_subchannel_pool': 1 };
  const feeds = new FeedServiceClient(address, secure, options);
  const analysis = new AnalysisServiceClient(address, secure, options);
  opened.push(feeds, analysis);
  return { analysis, list: () => ask(feeds.listFeeds.bind(feeds), { pageSize: 0, pageToken: '' }) };
}

/** Serial number of the certificate that a new connection is shown. */
function shownSerial(): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connect(
      { port: harness.server.port, host: '127.0.0.1', servername: 'localhost', ca: authority.certificate },
      () => {
        resolve(socket.getPeerCertificate().serialNumber);
        socket.destroy();
      },
    );
    socket.on('error', reject);
  });
}

const serialOf = ({ certificate }: Certified): string => new X509Certificate(certificate).serialNumber;

describe('a certificate that is replaced', () => {
  it('is shown to new connections, while open subscriptions go on', async () => {
    await start({ tls: { certFile, keyFile } });
    const call = clientsWith().analysis.subscribe();
    const probe = new StreamProbe<SubscribeResponse>(call);
    const value = SubscriptionConfiguration.fromPartial({ feedId: 'or-1' });
    call.write({ request: { $case: 'configure', value } });
    await probe.next((response) => valueOf('feedStateChange', response));
    expect(await shownSerial()).toBe(serialOf(own));

    const next = signedBy(authority, 'localhost');
    install(next);
    await waitUntil(async () => (await shownSerial()) === serialOf(next), 'the new certificate');
    expect((await clientsWith().list()).feeds).toHaveLength(1);
    await probe.next((response) => valueOf('heartbeat', response));
    call.cancel();
    expect((await probe.status).code).toBe(status.CANCELLED);
  });

  it('stays in force when the new files cannot be used', async () => {
    const { logger, lines } = keepingLogger();
    await start({ tls: { certFile, keyFile }, logger });
    writeFileSync(keyFile, selfSigned().key);
    await waitUntil(
      () => lines.some(({ msg }) => String(msg).includes('those before stay in force')),
      'the complaint',
    );
    expect(await shownSerial()).toBe(serialOf(own));
    expect((await clientsWith().list()).feeds).toHaveLength(1);
  });
});

describe('client certificates', () => {
  it('let in who has one of the authority, and nobody else where they are required', async () => {
    const { logger, lines } = keepingLogger();
    await start({
      tls: { certFile, keyFile, clientCaFile },
      auth: { certificateScopes: ['feed:read', 'feed:write'] },
      auditLogger: logger,
    });
    const viewer = clientsWith(signedBy(clients, 'viewer.or-1'));
    expect((await viewer.list()).feeds).toHaveLength(1);
    expect((await refusal(clientsWith().list())).code).toBe(status.UNAVAILABLE);
    expect((await refusal(clientsWith(selfSigned('stranger')).list())).code).toBe(status.UNAVAILABLE);

    const call = viewer.analysis.subscribe();
    const value = SubscriptionConfiguration.fromPartial({ feedId: 'or-1' });
    call.write({ request: { $case: 'configure', value } });
    const probe = new StreamProbe<SubscribeResponse>(call);
    await probe.next((response) => valueOf('feedStateChange', response));
    expect(lines).toContainEqual(
      expect.objectContaining({
        subject: 'viewer.or-1',
        by: 'certificate',
        action: 'Subscribe',
        outcome: 'begun',
      }),
    );
    call.cancel();
  });

  it('are no identity where they are optional and not of the authority', async () => {
    await start({
      tls: { certFile, keyFile, clientCaFile, clientCertificates: 'optional' },
      auth: { certificateScopes: ['admin'] },
    });
    expect((await clientsWith(signedBy(clients, 'viewer')).list()).feeds).toHaveLength(1);
    expect((await refusal(clientsWith().list())).code).toBe(status.UNAUTHENTICATED);
    expect((await refusal(clientsWith(selfSigned('stranger')).list())).code).toBe(status.UNAUTHENTICATED);
  });

  it('of a new authority are accepted once its file is there', async () => {
    await start({ tls: { certFile, keyFile, clientCaFile }, auth: { certificateScopes: ['feed:read'] } });
    const others = selfSigned('another clinic');
    const guest = () => clientsWith(signedBy(others, 'guest')).list();
    expect((await refusal(guest())).code).toBe(status.UNAVAILABLE);
    writeFileSync(clientCaFile, others.certificate);
    await waitUntil(
      () =>
        guest().then(
          () => true,
          () => false,
        ),
      'the new authority',
    );
    expect((await refusal(clientsWith(signedBy(clients, 'viewer')).list())).code).toBe(status.UNAVAILABLE);
  });
});
