import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { SurgicamError } from '../../../domain/errors.js';
import { digestOf, formatTokenLine, newToken } from '../../../rpc/security/token-line.js';
import type { ConnectionFlags } from '../../client/connection-flags.js';
import { connect } from '../../client/service-client.js';
import { unary } from '../../client/unary.js';
import { startArenaService, type Arena } from './arena.js';
import { expired, selfSigned, signedBy, type Certified } from './certificates.js';
import { expectThat, Misbehaviour } from './expectations.js';
import type { Fault, Outcome } from './fault.js';

const RELOAD_MS = 200;

interface Secured {
  readonly address: string;
  readonly folder: string;
  readonly tokensFile: string;
  readonly ca: string;
  readonly reader: string;
  /** Files of a client's certificate. */
  readonly files: (
    name: string,
    certified: Certified,
  ) => Promise<{ readonly cert: string; readonly key: string }>;
  readonly clientAuthority: Certified;
}

/** What an action with these credentials is answered with. */
async function answer(flags: ConnectionFlags, write = false): Promise<string> {
  const client = await connect(flags, { ownConnection: true });
  try {
    const { address, feeds } = client;
    const request = { feedId: 'nowhere' };
    const asked = write
      ? unary(address, feeds.deleteFeed.bind(feeds), request)
      : unary(address, feeds.getFeed.bind(feeds), request);
    return await asked.then(
      () => 'ok',
      (error: unknown) => SurgicamError.from(error).code,
    );
  } finally {
    client.close();
  }
}

/** A service with TLS and tokens, or with client certificates. */
async function withSecured(
  arena: Arena,
  asksForCertificates: boolean,
  work: (secured: Secured) => Promise<Outcome>,
): Promise<Outcome> {
  const { folder } = arena;
  const own = selfSigned('localhost');
  const clientAuthority = selfSigned('clients');
  const file = async (name: string, text: string): Promise<string> => {
    await writeFile(join(folder, name), text);
    return join(folder, name);
  };
  const reader = newToken();
  const line = formatTokenLine({ subject: 'reader', digest: digestOf(reader), scopes: ['feed:read'] });
  const tokensFile = await file('tokens', line);
  const ca = await file('server.pem', own.certificate);
  const tlsKeyFile = await file('server-key.pem', own.key);
  const tlsClientCaFile = await file('clients.pem', clientAuthority.certificate);
  const tls = { tlsCertificateFile: ca, tlsKeyFile, reloadMs: RELOAD_MS };
  const service = await startArenaService(
    folder,
    asksForCertificates ? { server: { ...tls, tlsClientCaFile } } : { server: tls, auth: { tokensFile } },
  );
  try {
    return await work({
      address: `localhost:${service.address.slice(service.address.lastIndexOf(':') + 1)}`,
      folder,
      tokensFile,
      ca,
      reader,
      clientAuthority,
      files: async (name, { certificate, key }) => ({
        cert: await file(`${name}.pem`, certificate),
        key: await file(`${name}-key.pem`, key),
      }),
    });
  } finally {
    await service.stop();
  }
}

function refusal(
  name: string,
  does: string,
  wanted: string,
  flags: (secured: Secured) => Promise<Omit<ConnectionFlags, 'address'>> | Omit<ConnectionFlags, 'address'>,
  { certificates = false, write = false } = {},
): Fault {
  return {
    name,
    family: 'security',
    does,
    run: (arena) =>
      withSecured(arena, certificates, async (secured) => {
        const got = await answer({ address: secured.address, ...(await flags(secured)) }, write);
        expectThat(got === wanted, `it was answered with ${got}, not ${wanted}`);
        return { observed: got.toUpperCase() };
      }),
  };
}

export const SECURITY_FAULTS: readonly Fault[] = [
  refusal('no-token', 'a call without a token', 'unauthenticated', ({ ca }) => ({ ca })),
  refusal('wrong-token', 'a call with a token that nobody gave out', 'unauthenticated', ({ ca }) => ({
    ca,
    token: newToken(),
  })),
  refusal(
    'other-scope',
    'a feed is deleted with a token that may only read',
    'permission_denied',
    ({ ca, reader }) => ({ ca, token: reader }),
    { write: true },
  ),
  refusal(
    'wrong-authority',
    'the client trusts another authority',
    'unavailable',
    async ({ files, reader }) => ({
      ca: (await files('other', selfSigned('localhost'))).cert,
      token: reader,
    }),
  ),
  refusal('plaintext', 'a client without TLS', 'unavailable', () => ({})),
  refusal('no-certificate', 'no certificate where one is asked for', 'unavailable', ({ ca }) => ({ ca }), {
    certificates: true,
  }),
  refusal(
    'expired-certificate',
    'a client certificate that expired yesterday',
    'unavailable',
    async ({ ca, files, clientAuthority }) => ({
      ca,
      ...(await files('old', expired(clientAuthority, 'monitor'))),
    }),
    { certificates: true },
  ),
  refusal(
    'good-certificate',
    'for comparison: a client certificate that is valid',
    'not_found',
    async ({ ca, files, clientAuthority }) => ({
      ca,
      ...(await files('good', signedBy(clientAuthority, 'monitor'))),
    }),
    { certificates: true },
  ),
  {
    name: 'token-withdrawn',
    family: 'security',
    does: 'the file of the tokens is replaced: the old token must go, the new one come',
    run: (arena) =>
      withSecured(arena, false, async ({ address, ca, reader, tokensFile }) => {
        const fresh = newToken();
        const before = await answer({ address, ca, token: reader });
        expectThat(before === 'not_found', `the old token was answered with ${before}`);
        const line = formatTokenLine({ subject: 'fresh', digest: digestOf(fresh), scopes: ['feed:read'] });
        await writeFile(tokensFile, line);
        const startedMs = performance.now();
        while ((await answer({ address, ca, token: fresh })) !== 'not_found') {
          if (performance.now() - startedMs > 10_000) throw new Misbehaviour('the new token is never taken');
          await delay(RELOAD_MS / 4);
        }
        const recoveryMs = performance.now() - startedMs;
        const after = await answer({ address, ca, token: reader });
        expectThat(after === 'unauthenticated', `the old token is answered with ${after}`);
        return { observed: 'the old one is refused, the new one taken', recoveryMs };
      }),
  },
];
