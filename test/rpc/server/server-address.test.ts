import { describe, expect, it } from '@jest/globals';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { formatAddress, isLoopback, serverCredentials } from '../../../src/rpc/server/server-address.js';
import { errorOf } from '../../fixtures/errors.js';

const base = { port: 0, insecure: false };

describe('formatAddress', () => {
  it('brackets IPv6', () => {
    expect(formatAddress({ host: '::1', port: 1 })).toBe('[::1]:1');
    expect(formatAddress({ host: 'localhost', port: 2 })).toBe('localhost:2');
  });
});

describe('isLoopback', () => {
  it.each(['127.0.0.1', '127.8.9.1', '::1', 'localhost'])('%s is', (host) => {
    expect(isLoopback(host)).toBe(true);
  });
  it.each(['0.0.0.0', '::', '10.0.0.1', '127.evil.example', 'localhost.example'])('%s is not', (host) => {
    expect(isLoopback(host)).toBe(false);
  });
});

describe('serverCredentials', () => {
  it('refuses other machines in the clear unless that is asked for', async () => {
    const error = await errorOf(() => serverCredentials({ ...base, host: '0.0.0.0' }));
    expect(error.code).toBe('failed_precondition');
    expect(error.message).toContain('--insecure');
    await expect(serverCredentials({ ...base, host: '0.0.0.0', insecure: true })).resolves.toBeDefined();
    await expect(serverCredentials({ ...base, host: '127.0.0.1' })).resolves.toBeDefined();
  });

  it('names the TLS file that is missing or no PEM', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'surgicam-tls-'));
    const certFile = join(folder, 'cert.pem');
    const keyFile = join(folder, 'key.pem');
    const attempt = () =>
      errorOf(() => serverCredentials({ ...base, host: '0.0.0.0', tls: { certFile, keyFile } }));
    expect((await attempt()).violations[0]?.field).toBe('tls.certFile');
    writeFileSync(certFile, '-----BEGIN CERTIFICATE-----\n');
    writeFileSync(keyFile, 'not a key');
    expect((await attempt()).violations[0]?.field).toBe('tls.keyFile');
  });
});
