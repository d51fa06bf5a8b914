import { afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  connect,
  PermissionDeniedError,
  UnauthenticatedError,
  UnavailableError,
  type ConnectOptions,
  type SurgicamClient,
} from '../../../clients/typescript/src/index.js';
import { digestOf, formatTokenLine, newToken } from '../../../src/rpc/security/token-line.js';
import { RpcHarness } from '../../fixtures/rpc-harness.js';
import { sampleFrames } from '../../fixtures/sample-analysis.js';
import { selfSigned, signedBy } from '../../../src/cli/bench/faults/certificates.js';
import { writeSmallPackage } from '../../fixtures/small-package.js';
import { temporaryFolder } from '../../fixtures/temporary-folder.js';
import { until } from './until.js';

const folder = temporaryFolder();
const [certFile, keyFile, tokensFile, clientCaFile] = ['tls.crt', 'tls.key', 'tokens', 'ca.crt'].map((name) =>
  join(folder, name),
) as [string, string, string, string];
const authority = selfSigned('clinic authority');
const server = signedBy(authority, 'localhost');
const token = newToken();
let harness: RpcHarness;
let client: SurgicamClient;

beforeAll(async () => {
  await writeSmallPackage(join(folder, 'models', 'small'));
  writeFileSync(certFile, server.certificate);
  writeFileSync(keyFile, server.key);
  writeFileSync(clientCaFile, authority.certificate);
  const line = { subject: 'viewer', digest: digestOf(token), scopes: ['feed:read'] } as const;
  writeFileSync(tokensFile, `${formatTokenLine(line)}\n`, { mode: 0o600 });
});
afterEach(async () => {
  client.close();
  await harness.stop();
});

function to(options: ConnectOptions): SurgicamClient {
  client = connect(`localhost:${harness.server.port}`, options);
  return client;
}

const secured = { tls: { certFile, keyFile }, auth: { tokensFile } };
const tls = { ca: authority.certificate };

describe('tokens', () => {
  it('are shown with every call, subscriptions too, and asked for anew', async () => {
    harness = await RpcHarness.start(join(folder, 'models'), secured);
    const feed = harness.feeds.add('or-1');
    let asked = 0;
    to({
      tls,
      token: () => {
        asked++;
        return token;
      },
    });
    expect((await client.feeds.get('or-1')).settings?.feedId).toBe('or-1');
    const events = client.subscribe('or-1', { delivery: 'every-frame' }).events();
    await until(events, 'feed-state');
    feed.publish(...sampleFrames(0, 1));
    expect((await until(events, 'analysis')).analysis.sequence).toBe(0n);
    await events.return();
    expect(asked).toBe(2);
    const refused = client.feeds.delete('or-1');
    await expect(refused).rejects.toThrow(PermissionDeniedError);
    await expect(refused).rejects.toMatchObject({ reason: { facts: { scope: 'feed:write' } } });
  });

  it('that are wrong or absent are told so, once, without trying again', async () => {
    harness = await RpcHarness.start(join(folder, 'models'), secured);
    harness.feeds.add('or-1');
    const wrong = to({ tls, token: newToken() }).subscribe('or-1', { reconnect: { fromStart: true } });
    await expect(until(wrong.events(), 'disconnected')).rejects.toThrow(UnauthenticatedError);
    client.close();
    await expect(to({ tls }).listModels()).rejects.toThrow(UnauthenticatedError);
  });
});

describe('TLS', () => {
  it('believes no server that the authority did not sign', async () => {
    harness = await RpcHarness.start(join(folder, 'models'), secured);
    const stranger = selfSigned('somebody else').certificate;
    await expect(to({ tls: { ca: stranger }, token }).feeds.get('or-1')).rejects.toThrow(UnavailableError);
  });

  it('shows a certificate, and goes by the name it is told', async () => {
    harness = await RpcHarness.start(join(folder, 'models'), {
      tls: { certFile, keyFile, clientCaFile },
      auth: { certificateScopes: ['feed:read'] },
    });
    harness.feeds.add('or-1');
    const viewer = signedBy(authority, 'viewer');
    client = connect(`127.0.0.1:${harness.server.port}`, {
      tls: { ...tls, cert: viewer.certificate, key: Buffer.from(viewer.key), serverName: 'localhost' },
    });
    expect((await client.feeds.get('or-1')).settings?.feedId).toBe('or-1');
  });
});
