import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CONFIG_KEYS } from '../../src/config/keys.js';
import { compileConfig, loadConfig } from '../../src/config/load-config.js';
import { parseLayer } from '../../src/config/file-layer.js';
import type { SurgicamError } from '../../src/domain/errors.js';

let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'surgicam-config-'));
});
afterAll(() => rm(folder, { recursive: true }));

async function fileWith(text: string): Promise<string> {
  const file = join(folder, 'config.yaml');
  await writeFile(file, text);
  return file;
}

const portFlag = (port: unknown) => ({
  values: { server: { port } },
  originOf: (path: string) => (path === 'server.port' ? '--port' : path),
});

describe('the layers of the configuration', () => {
  it('win in order: defaults, file, environment, flags', async () => {
    const file = await fileWith('server: {port: 1, host: "::1", drainDeadlineMs: 7}\nfeeds: {maxFeeds: 3}\n');
    const environment = { SURGICAM_SERVER_PORT: '2', SURGICAM_SERVER_DRAIN_DEADLINE_MS: '8' };
    const { server, feeds, log } = await loadConfig({ file, environment, flags: portFlag(3) });
    expect(server).toMatchObject({ port: 3, host: '::1', drainDeadlineMs: 8, insecure: false });
    expect(feeds.maxFeeds).toBe(3);
    expect(log.level).toBe('info');
  });

  it('make a frozen whole', async () => {
    const config = await loadConfig();
    expect(Object.isFrozen(config)).toBe(true);
    expect(Object.isFrozen(config.inference.providers)).toBe(true);
    expect(() => Object.assign(config.server, { port: 1 })).toThrow(TypeError);
  });

  it('may be empty files', async () => {
    expect(await loadConfig({ file: await fileWith('# nothing yet\n') })).toEqual(await loadConfig());
  });
});

describe('environment variables', () => {
  it('hold numbers, booleans, lists, texts and null', async () => {
    const { server, inference, video, models } = await loadConfig({
      environment: {
        SURGICAM_SERVER_INSECURE: 'true',
        SURGICAM_INFERENCE_PROVIDERS: 'webgpu, cpu',
        SURGICAM_INFERENCE_MAX_WAIT_MS: '0.5',
        SURGICAM_VIDEO_MEDIA_ROOT: '/media',
        SURGICAM_VIDEO_FFMPEG_FILE: '',
        SURGICAM_MODELS_DIRECTORIES: '',
      },
    });
    expect(server.insecure).toBe(true);
    expect(inference).toMatchObject({ providers: ['webgpu', 'cpu'], maxWaitMs: 0.5 });
    expect(video).toMatchObject({ mediaRoot: '/media', ffmpegFile: null, allowedHosts: [] });
    expect(models.directories).toEqual([]);
  });

  it('exist once for every key', () => {
    const variables = CONFIG_KEYS.map((key) => key.variable);
    expect(new Set(variables).size).toBe(variables.length);
    expect(variables).toContain('SURGICAM_FEEDS_STALL_AFTER_MS');
  });

  it('are refused when they are no key, naming the keys beside', async () => {
    await expect(loadConfig({ environment: { SURGICAM_SERVER_PROT: '1' } })).rejects.toThrow(
      /SURGICAM_SERVER_PROT is "1"; allowed: .*SURGICAM_SERVER_PORT/,
    );
    await expect(loadConfig({ environment: { SURGICAM_SEVER_PORT: '1' } })).rejects.toThrow(
      /SURGICAM_SERVER_\.\.\./,
    );
  });

  it('that Kubernetes sets for a Service named surgicam or surgicam-server are passed over', async () => {
    const environment = {
      SURGICAM_PORT: 'tcp://10.0.0.1:50051',
      SURGICAM_PORT_50051_TCP_ADDR: '10.0.0.1',
      SURGICAM_SERVICE_HOST: '10.0.0.1',
      SURGICAM_SERVICE_PORT_GRPC: '50051',
      SURGICAM_SERVER_PORT: 'tcp://10.0.0.1:50051',
      SURGICAM_FFMPEG: '/usr/bin/ffmpeg',
    };
    expect(await loadConfig({ environment })).toEqual(await loadConfig());
  });
});

describe('a bad configuration', () => {
  it('names key, value, bound and origin', async () => {
    const file = await fileWith('feeds: {stallAfterMs: 5}\n');
    await expect(loadConfig({ file })).rejects.toThrow(
      `feeds.stallAfterMs (from ${file}) is 5; allowed: a whole number from 100 to 3600000`,
    );
    await expect(loadConfig({ environment: { SURGICAM_SERVER_PORT: 'http' } })).rejects.toThrow(
      'server.port (from SURGICAM_SERVER_PORT) is "http"; allowed: a whole number from 0 to 65535',
    );
    await expect(loadConfig({ flags: portFlag(65_536) })).rejects.toThrow(
      '--port is 65536; allowed: a whole number from 0 to 65535',
    );
    await expect(loadConfig({ environment: { SURGICAM_INFERENCE_PROVIDERS: 'cpu,gpu' } })).rejects.toThrow(
      'inference.providers.1 (from SURGICAM_INFERENCE_PROVIDERS) is "gpu"; allowed: cuda, tensorrt, webgpu, cpu',
    );
  });

  it('reports every bad key at once', async () => {
    const file = await fileWith('server: {port: -1, prot: 2}\nvideo: none\n');
    const error = await loadConfig({ file }).catch((thrown: unknown) => thrown as SurgicamError);
    expect((error as SurgicamError).code).toBe('invalid_argument');
    expect((error as SurgicamError).violations.map(({ field }) => field).sort()).toEqual([
      'server.port',
      'server.prot',
      'video',
    ]);
  });

  it('names an unknown key with the keys that exist', () => {
    const layer = parseLayer('sever: {port: 1}\nserver: {prot: 1}\n', 'x.yaml');
    expect(() => compileConfig([layer])).toThrow(
      'sever (from x.yaml) is {"port":1}; allowed: there is no such key; the keys here are log, server,',
    );
    expect(() => compileConfig([layer])).toThrow(
      /server\.prot \(from x\.yaml\) is 1; .* host, port, insecure/,
    );
  });

  it('has half of a TLS pair', async () => {
    await expect(loadConfig({ environment: { SURGICAM_SERVER_TLS_KEY_FILE: 'key.pem' } })).rejects.toThrow(
      'server.tlsCertificateFile is absent; allowed: tlsCertificateFile and tlsKeyFile together, or neither',
    );
  });

  it('has security keys that do not go together', async () => {
    const refused = (text: string) =>
      Promise.resolve(parseLayer(text, 'x.yaml')).then((layer) => compileConfig([layer]));
    const tls = 'server: {tlsCertificateFile: c, tlsKeyFile: k}';
    await expect(refused('server: {tlsClientCaFile: ca}')).rejects.toThrow(
      'server.tlsClientCaFile (from x.yaml) is "ca"; allowed: null without tlsCertificateFile and tlsKeyFile',
    );
    await expect(refused(`${tls}\nauth: {clientCertificateScopes: [admin]}`)).rejects.toThrow(
      'allowed: an empty list without server.tlsClientCaFile',
    );
    await expect(refused('auth: {jwks: keys.json, jwtIssuer: i}')).rejects.toThrow(
      'auth.jwtAudience is absent; allowed: a text where jwks is given',
    );
    await expect(refused('auth: {jwks: "http://i/keys", jwtIssuer: i, jwtAudience: a}')).rejects.toThrow(
      'allowed: a file or an https URL',
    );
    await expect(refused('auth: {clientCertificateScopes: [feed:all]}')).rejects.toThrow(
      'allowed: feed:read, feed:annotate, feed:write, model:read, admin',
    );
  });

  it('is a file that is missing, no YAML, or no mapping', async () => {
    await expect(loadConfig({ file: join(folder, 'no.yaml') })).rejects.toMatchObject({ code: 'not_found' });
    expect(() => parseLayer('server: [', 'x.yaml')).toThrow(/^x\.yaml is not YAML: .*line 1/);
    expect(() => parseLayer('- 1', 'x.yaml')).toThrow('x.yaml is [1]; allowed: sections with keys');
  });
});
