import { afterEach, describe, expect, it } from '@jest/globals';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { silentLogger } from '../../../src/observability/logger.js';
import { isLoopback } from '../../../src/rpc/security/loopback.js';
import {
  openSecurity,
  type Security,
  type SecurityOptions,
} from '../../../src/rpc/security/open-security.js';
import { errorOf } from '../../fixtures/errors.js';
import { selfSigned } from '../../../src/cli/bench/faults/certificates.js';
import { temporaryFolder } from '../../fixtures/temporary-folder.js';

const folder = temporaryFolder();
const opened: Security[] = [];
afterEach(() => {
  for (const security of opened.splice(0)) security.close();
});

async function open(options: Partial<SecurityOptions>): Promise<Security> {
  const security = await openSecurity({
    host: '0.0.0.0',
    insecure: false,
    logger: silentLogger(),
    ...options,
  });
  opened.push(security);
  return security;
}

/** Writes a certificate with its key, which may be another's. */
function tlsFiles(name: string, own = selfSigned(), key = own.key) {
  const certFile = join(folder, `${name}.crt`);
  const keyFile = join(folder, `${name}.key`);
  writeFileSync(certFile, own.certificate);
  writeFileSync(keyFile, key);
  return { certFile, keyFile };
}

describe('isLoopback', () => {
  it.each(['127.0.0.1', '127.8.9.1', '::1', 'localhost'])('%s is', (host) => {
    expect(isLoopback(host)).toBe(true);
  });
  it.each(['0.0.0.0', '::', '10.0.0.1', '127.evil.example', 'localhost.example'])('%s is not', (host) => {
    expect(isLoopback(host)).toBe(false);
  });
});

describe('a service beyond loopback', () => {
  const auth = { certificateScopes: ['feed:read'] } as const;

  it('needs TLS and authentication', async () => {
    const neither = await errorOf(() => open({}));
    expect(neither.code).toBe('failed_precondition');
    expect(neither.message).toMatch(/no TLS .* and no authentication .* --insecure$/);
    const noTls = await errorOf(() => open({ auth }));
    expect(noTls.message).toMatch(/there is no TLS \([^)]*\); configure/);
    const noAuth = await errorOf(() => open({ tls: tlsFiles('alone') }));
    expect(noAuth.message).toMatch(/there is no authentication \([^)]*\); configure/);
    expect((await open({ tls: tlsFiles('both'), auth })).authenticator.isAsking).toBe(true);
  });

  it('needs nothing when that is asked for, or when it is not beyond loopback', async () => {
    expect((await open({ insecure: true })).authenticator.isAsking).toBe(false);
    expect((await open({ host: '127.0.0.1' })).authenticator.isAsking).toBe(false);
  });
});

describe('a file', () => {
  it('of TLS is named when it is missing, no PEM, or of another pair', async () => {
    const certFile = join(folder, 'cert.pem');
    const keyFile = join(folder, 'key.pem');
    const fieldOf = async (tls: NonNullable<SecurityOptions['tls']>) =>
      (await errorOf(() => open({ tls, insecure: true }))).violations[0]?.field;
    expect(await fieldOf({ certFile, keyFile })).toBe('tls.certFile');
    writeFileSync(certFile, '-----BEGIN CERTIFICATE-----\n');
    writeFileSync(keyFile, 'not a key');
    expect(await fieldOf({ certFile, keyFile })).toBe('tls.keyFile');
    expect(await fieldOf(tlsFiles('mixed', selfSigned(), selfSigned().key))).toBe('tls');
    writeFileSync(certFile, '-----BEGIN CERTIFICATE-----\nnothing\n-----END CERTIFICATE-----\n');
    expect(await fieldOf({ ...tlsFiles('good'), clientCaFile: certFile })).toBe('tls.clientCaFile');
  });

  it('of keys or tokens is named when it cannot be used', async () => {
    const file = join(folder, 'wrong');
    writeFileSync(file, 'sgc_secret feed:read\n');
    const tokens = await errorOf(() => open({ auth: { tokensFile: file } }));
    expect(tokens.message).toContain(`${file}:1`);
    expect(tokens.message).not.toContain('sgc_secret');
    const jwt = { jwks: file, issuer: 'i', audience: 'a', clockToleranceMs: 0, feedsClaim: 'feeds' };
    expect((await errorOf(() => open({ auth: { jwt } }))).violations[0]?.field).toBe('auth.jwks');
  });
});
