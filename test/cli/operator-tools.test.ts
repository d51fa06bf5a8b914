import { afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { appendFileSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { digestOf } from '../../src/rpc/security/token-line.js';
import { CliProcess, runCli } from '../fixtures/cli.js';
import { PROJECT_ROOT } from '../fixtures/requirements.js';
import { selfSigned, signedBy } from '../../src/cli/bench/faults/certificates.js';
import { writeSmallPackage } from '../fixtures/small-package.js';
import { temporaryFolder } from '../fixtures/temporary-folder.js';

const folder = temporaryFolder();
const file = (name: string, content: string): string => {
  writeFileSync(join(folder, name), content);
  return join(folder, name);
};

const started: CliProcess[] = [];
afterEach(async () => {
  for (const cli of started) cli.kill('SIGKILL');
  await Promise.all(started.splice(0).map(({ finished }) => finished));
});

describe('surgicam config', () => {
  it('prints the committed sample, which it finds valid', async () => {
    const { stdout } = await runCli(['config', 'sample']);
    expect(stdout).toBe(readFileSync(`${PROJECT_ROOT}deploy/surgicam.yaml`, 'utf8'));
    const sample = file('sample.yaml', stdout);
    expect(await runCli(['config', 'check', sample])).toEqual({
      code: 0,
      stdout: `${sample} is valid\n`,
      stderr: '',
    });
  });

  it('names every error with its path, value and allowed range', async () => {
    const bad = file('bad.yaml', 'server: {port: 70000, prot: 1}\nauth: {jwks: https://i, jwtIssuer: 3}\n');
    const { code, stdout, stderr } = await runCli(['config', 'check', bad]);
    expect([code, stdout]).toEqual([1, '']);
    const lines = stderr.trimEnd().split('\n');
    expect(lines).toEqual(
      expect.arrayContaining([
        `server.port (from ${bad}) is 70000; allowed: a whole number from 0 to 65535`,
        expect.stringMatching(/^server\.prot .* is 1; allowed: there is no such key/),
        `auth.jwtIssuer (from ${bad}) is 3; allowed: a text, or null for none`,
      ]),
    );
    expect(lines).toHaveLength(3);
  });

  it('says that a file is no YAML or missing', async () => {
    const broken = await runCli(['config', 'check', file('broken.yaml', 'server: [')]);
    expect([broken.code, broken.stderr]).toEqual([1, expect.stringContaining('is not YAML')]);
    const missing = await runCli(['config', 'check', join(folder, 'no.yaml')]);
    expect([missing.code, missing.stderr]).toEqual([1, expect.stringContaining("'surgicam config sample'")]);
  });
});

/** A token with its line, as printed. */
async function newToken(...flags: string[]): Promise<{ readonly token: string; readonly line: string }> {
  const { code, stdout } = await runCli(['token', 'new', ...flags]);
  expect(code).toBe(0);
  const [, token = '', line = ''] =
    /^token, [^\n]*\n(sgc_[\w-]{43})\n\nline, [^\n]*\n(\S+ sha256:.*)\n$/.exec(stdout) ?? [];
  return { token, line };
}

describe('surgicam token new', () => {
  it('prints a token and the line by which a service knows it', async () => {
    const flags = ['--scopes', 'feed:read,model:read', '--feeds', 'or-1,or-2', '--subject', 'monitor'];
    const { token, line } = await newToken(...flags);
    const digest = digestOf(token).toString('hex');
    expect(line).toBe(`monitor sha256:${digest} feed:read,model:read or-1,or-2`);
  });

  it('refuses scopes, feeds and names that there cannot be', async () => {
    const refused = async (...flags: string[]) => (await runCli(['token', 'new', ...flags])).stderr;
    expect(await refused('--scopes', 'all')).toContain(
      '--scopes is "all"; allowed: feed:read, feed:annotate, feed:write',
    );
    expect(await refused('--scopes', 'admin', '--feeds', 'a b')).toContain('--feeds is "a b"');
    expect(await refused('--scopes', 'admin', '--subject', 'a b')).toContain('--subject is "a b"');
    expect(await refused()).toContain("required option '--scopes <list>'");
  });
});

describe('a service with TLS, client certificates and tokens', () => {
  const authority = selfSigned('authority');
  const own = signedBy(authority, 'localhost');
  const client = signedBy(authority, 'workstation');
  const models = join(folder, 'models');
  beforeAll(() => writeSmallPackage(join(models, 'small')));

  it('is sent no token that the network could read', async () => {
    const flags = ['--address', 'service.invalid:1', '--token', 'sgc_x'];
    const { code, stderr } = await runCli(['feed', 'list', ...flags]);
    expect([code, stderr]).toEqual([
      1,
      'error: the token could be read on the way to service.invalid:1; add --tls or --ca\n',
    ]);
  });

  it('serves beyond loopback those who show both, and takes up a token that is added', async () => {
    const { token, line } = await newToken('--scopes', 'feed:read', '--subject', 'monitor');
    const ca = file('ca.crt', authority.certificate);
    const tokens = file('tokens', '# none yet\n');
    const server = new CliProcess([
      ...['serve', '--host', '0.0.0.0', '--port', '0', '--models', models, '--providers', 'cpu'],
      ...['--tls-certificate-file', file('tls.crt', own.certificate)],
      ...['--tls-key-file', file('tls.key', own.key), '--tls-client-ca-file', ca],
      ...['--auth-tokens-file', tokens, '--server-reload-ms', '100'],
    ]);
    started.push(server);
    const [, port = ''] = await server.waitFor(/"address":"0\.0\.0\.0:(\d+)".*"msg":"serving"/);
    const list = (...flags: string[]) =>
      runCli(['feed', 'list', '--address', `localhost:${port}`, '--ca', ca, ...flags]);
    const shown = ['--cert', file('client.crt', client.certificate), '--key', file('client.key', client.key)];
    const tokenFile = ['--token-file', file('token', `${token}\n`)];

    expect((await list(...tokenFile)).stderr).toMatch(
      /^error: (nothing answers at|the service at .* went away)/,
    );
    expect((await list(...shown)).stderr).toContain('this service asks for credentials');
    expect((await list(...shown, ...tokenFile)).stderr).toContain('the credentials are not valid');
    appendFileSync(tokens, `${line}\n`);
    await server.waitFor(/"msg":"the token file has changed"/);
    expect(await list(...shown, ...tokenFile)).toMatchObject({ code: 0, stderr: '' });
    const removed = await runCli([
      ...['feed', 'remove', 'or-1', '--address', `localhost:${port}`, '--ca', ca, ...shown, ...tokenFile],
    ]);
    expect(removed.stderr).toContain('the credentials do not cover feed:write');
    await server.waitFor(
      /"audit":true,"subject":"monitor","by":"token","certificate":"workstation","peer":"[^"]+","action":"DeleteFeed","outcome":"permission_denied"/,
    );
    server.kill('SIGTERM');
    const { code, stderr } = await server.finished;
    expect(code).toBe(0);
    expect(stderr).not.toContain(token);
  });
});
