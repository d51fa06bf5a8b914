import type { Client } from '@grpc/grpc-js';
import { credentials, loadPackageDefinition, status, type ServiceError } from '@grpc/grpc-js';
import { loadSync } from '@grpc/proto-loader';
import { afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { bearer } from '../../../src/cli/client/credentials.js';
import { digestOf, formatTokenLine, newToken } from '../../../src/rpc/security/token-line.js';
import { CHANNELZ_PROTO } from '../../../src/rpc/server/proto-files.js';
import { ReflectionClient, serviceOf } from '../../fixtures/reflection-client.js';
import { refusal, RpcHarness } from '../../fixtures/rpc-harness.js';
import { writeSmallPackage } from '../../fixtures/small-package.js';
import { temporaryFolder } from '../../fixtures/temporary-folder.js';

interface Servers {
  readonly server: readonly {
    readonly data: { readonly callsStarted: string; readonly callsSucceeded: string };
    readonly ref: { readonly serverId: string };
  }[];
}

interface Sockets {
  readonly socketRef: readonly { readonly name: string }[];
}

const folder = temporaryFolder();
let harness: RpcHarness;
const clients: Client[] = [];
beforeAll(() => writeSmallPackage(join(folder, 'models', 'small')));
afterEach(async () => {
  for (const client of clients.splice(0)) client.close();
  await harness.stop();
});

/** Asks by the published contract of channelz. */
function ask<Response>(method: string, request: object, token?: string): Promise<Response> {
  const loaded = loadPackageDefinition(loadSync(CHANNELZ_PROTO, { longs: String }));
  const options = token === undefined ? {} : { interceptors: [bearer(token)] };
  const client = new (serviceOf(loaded, 'grpc.channelz.v1.Channelz'))(
    harness.address,
    credentials.createInsecure(),
    options,
  );
  clients.push(client);
  type Call = (
    request: object,
    callback: (error: ServiceError | null, response: Response) => void,
  ) => unknown;
  const call = (client as Client as unknown as Record<string, Call>)[method]!.bind(client);
  return new Promise((resolve, reject) => {
    call(request, (error, response) => (error === null ? resolve(response) : reject(error)));
  });
}

describe('channelz', () => {
  it('shows the calls of each server and the connections it has', async () => {
    harness = await RpcHarness.start(join(folder, 'models'), { channelz: true });
    const reflection = new ReflectionClient(harness.address);
    expect(await reflection.listServices()).toContain('grpc.channelz.v1.Channelz');
    reflection.close();
    await ask('GetServers', {});
    const { server } = await ask<Servers>('GetServers', {});
    const { ref, data } = server.at(-1)!;
    // The one that is being answered has begun and not ended.
    expect(Number(data.callsSucceeded)).toBeGreaterThanOrEqual(1);
    expect(Number(data.callsStarted)).toBeGreaterThan(Number(data.callsSucceeded));
    const { socketRef } = await ask<Sockets>('GetServerSockets', { serverId: ref.serverId });
    expect(socketRef.map(({ name }) => name)).toContain('127.0.0.1');
  });

  it('is for administrators', async () => {
    const tokensFile = join(folder, 'tokens');
    const [viewer, editor] = [newToken(), newToken()];
    writeFileSync(
      tokensFile,
      [
        formatTokenLine({ subject: 'viewer', digest: digestOf(viewer), scopes: ['feed:read', 'model:read'] }),
        formatTokenLine({ subject: 'editor', digest: digestOf(editor), scopes: ['admin'] }),
      ].join('\n'),
    );
    harness = await RpcHarness.start(join(folder, 'models'), { channelz: true, auth: { tokensFile } });
    expect((await refusal(ask('GetServers', {}))).code).toBe(status.UNAUTHENTICATED);
    expect((await refusal(ask('GetServers', {}, viewer))).code).toBe(status.PERMISSION_DENIED);
    expect((await ask<Servers>('GetServers', {}, editor)).server.length).toBeGreaterThan(0);
  });

  it('is off unless it is asked for', async () => {
    harness = await RpcHarness.start(join(folder, 'models'));
    expect((await refusal(ask('GetServers', {}))).code).toBe(status.UNIMPLEMENTED);
  });
});
