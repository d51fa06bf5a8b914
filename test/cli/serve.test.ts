import { afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { CliProcess, runCli, type CliResult } from '../fixtures/cli.js';
import { writeNextVersion, writeSmallPackage } from '../fixtures/small-package.js';
import { temporaryFolder } from '../fixtures/temporary-folder.js';
import { writeTestClip } from '../fixtures/test-clip.js';
import { waitUntil } from '../fixtures/wait-until.js';

const folder = temporaryFolder();
const models = join(folder, 'models');
const media = join(folder, 'media');
const FRAMES = 40;

beforeAll(async () => {
  mkdirSync(media);
  await writeSmallPackage(join(models, 'small'));
  await writeTestClip(join(media, 'clip.mp4'), FRAMES);
}, 120_000);

/** A failed test must not leave its children behind. */
const started: CliProcess[] = [];
afterEach(async () => {
  for (const cli of started) cli.kill('SIGKILL');
  await Promise.all(started.splice(0).map(({ finished }) => finished));
});

function start(...args: string[]): CliProcess {
  const cli = new CliProcess(args);
  started.push(cli);
  return cli;
}

interface Server {
  readonly cli: CliProcess;
  readonly address: string;
  /** A client command line that goes to this server. */
  readonly client: (...args: string[]) => Promise<CliResult>;
}

async function serve(...flags: string[]): Promise<Server> {
  const own = ['--port', '0', '--models', models, '--media-root', media, '--providers', 'cpu'];
  const cli = start('serve', ...own, ...flags);
  const [, address = ''] = await cli.waitFor(/"address":"([^"]+)".*"msg":"serving"/);
  return { cli, address, client: (...args) => runCli([...args, '--address', address]) };
}

/** Stops a server as Kubernetes does. */
async function terminate({ cli }: Server): Promise<CliResult> {
  cli.kill('SIGTERM');
  return cli.finished;
}

const processIds = (): string[] => (process.platform === 'linux' ? readdirSync('/proc') : []);

/** Ids of the ffmpeg processes whose parent is `pid`; on Linux only. */
function ffmpegChildrenOf(pid: number): string[] {
  return processIds().filter((name) => {
    if (!/^\d+$/.test(name)) return false;
    try {
      const [, command = '', parent = ''] =
        /\((.*)\) \S (\d+)/.exec(readFileSync(`/proc/${name}/stat`, 'utf8')) ?? [];
      return command === 'ffmpeg' && Number(parent) === pid;
    } catch {
      return false; // it has ended meanwhile
    }
  });
}

describe('a running service', () => {
  it('says which ffmpeg, model and provider it uses and where it listens', async () => {
    const server = await serve();
    expect(server.address).toMatch(/^127\.0\.0\.1:\d+$/);
    const { code, stdout, stderr } = await terminate(server);
    expect([code, stdout]).toEqual([0, '']);
    expect(stderr).toMatch(/"path":"[^"]+","version":"[^"]+","origin":"\w+","msg":"using ffmpeg"/);
    expect(stderr).toMatch(/"model":"small","provider":"cpu","msg":"serving"/);
    expect(stderr).toContain('"msg":"stopped"');
  });

  it('lets feeds be added, followed, listed and removed', async () => {
    const server = await serve();
    const { client } = server;
    expect(await client('feed', 'list')).toMatchObject({
      code: 0,
      stdout: expect.stringMatching(/^FEED +STATE/),
    });
    const added = await client('feed', 'add', 'or-1', 'clip.mp4', '--loop', '--own-speed');
    expect(added).toEqual({ code: 0, stdout: 'or-1 starting: clip.mp4 through small\n', stderr: '' });
    const twice = await client('feed', 'add', 'or-1', 'clip.mp4');
    expect(twice).toMatchObject({ code: 1, stderr: expect.stringContaining("feed 'or-1' exists already") });

    const follower = start('subscribe', 'or-1', '--address', server.address);
    await follower.waitFor(/#\d+ .* frames\/s/);
    const listed = await client('feed', 'list', '--json');
    expect(JSON.parse(listed.stdout)).toMatchObject({ settings: { feedId: 'or-1', modelName: 'small' } });
    expect(await client('feed', 'remove', 'or-1')).toEqual({ code: 0, stdout: 'or-1 removed\n', stderr: '' });
    expect((await follower.finished).code).toBe(0);

    const gone = await client('subscribe', 'or-1');
    expect(gone).toMatchObject({
      code: 1,
      stderr: expect.stringMatching(/^error: there is no feed named 'or-1'/),
    });
    await terminate(server);
  });

  it('gives a subscriber every frame of a file as JSON lines', async () => {
    const server = await serve();
    await server.client(
      'feed',
      'add',
      'file',
      'clip.mp4',
      '--pacing',
      'every-frame',
      '--loop',
      '--own-speed',
    );
    const wish = ['--every-frame', '--heatmaps', 'native', '--class-threshold', '0'];
    const follower = start('subscribe', 'file', '--json', ...wish, '--address', server.address);
    // The feed did not wait for its subscriber: on a busy machine it is well on when the first line comes.
    const [, first] = await follower.waitFor(/"sequence":"(\d+)"/);
    await follower.waitFor(new RegExp(`"sequence":"${Number(first) + 2 * FRAMES}"`));
    follower.kill('SIGINT');
    const { code, stdout } = await follower.finished;
    expect(code).toBe(0);
    const lines = stdout
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as Record<string, unknown>);
    const sequences = lines.map(({ sequence }) => Number(sequence));
    expect(sequences).toEqual(sequences.map((_, index) => sequences[0]! + index));
    expect(lines[0]).toMatchObject({
      feedId: 'file',
      heatmaps: [{ classId: 0 }, { classId: 1 }, { classId: 2 }],
    });
    await terminate(server);
  });

  it('stops in order on SIGTERM: subscribers are told, no ffmpeg is left, code 0', async () => {
    const server = await serve();
    await server.client('feed', 'add', 'or-1', 'clip.mp4', '--loop', '--own-speed');
    const follower = start('subscribe', 'or-1', '--json', '--address', server.address);
    await follower.waitFor(/"sequence"/);
    const children = ffmpegChildrenOf(server.cli.pid);
    if (process.platform === 'linux') expect(children).toHaveLength(1);
    expect((await terminate(server)).code).toBe(0);
    const left = processIds().filter((name) => children.includes(name));
    expect(left).toEqual([]);
    const { code, stderr } = await follower.finished;
    expect(code).toBe(1);
    expect(stderr).toMatch(/error: the service at .* went away/);
  });

  it('ends at once on a second signal, and leaves no ffmpeg either', async () => {
    const server = await serve();
    const { cli, client } = server;
    await client('feed', 'add', 'or-1', 'clip.mp4', '--loop', '--own-speed');
    await cli.waitFor(/"state":"live"/);
    const children = ffmpegChildrenOf(cli.pid);
    cli.kill('SIGINT');
    cli.kill('SIGTERM');
    const { stderr } = await cli.finished;
    expect(stderr).not.toContain('terminate called');
    // Whoever inherits a killed process takes it off the list a moment later.
    await waitUntil(() => !processIds().some((id) => children.includes(id)), 'the end of ffmpeg');
  });

  it('takes up changed models when it is asked to, and at SIGHUP', async () => {
    const own = join(folder, 'own-models');
    await writeSmallPackage(join(own, 'small'));
    const cli = start('serve', '--port', '0', '--models', own, '--providers', 'cpu');
    const [, address = ''] = await cli.waitFor(/"address":"([^"]+)".*"msg":"serving"/);
    const reload = () => runCli(['model', 'reload', '--address', address]);
    expect(await reload()).toEqual({ code: 0, stdout: 'small  unchanged  1.2.3\n', stderr: '' });
    await writeNextVersion(join(own, 'small'), '2.0.0');
    expect(await reload()).toEqual({ code: 0, stdout: 'small  replaced  1.2.3 -> 2.0.0\n', stderr: '' });
    writeFileSync(join(own, 'small', 'manifest.json'), '{');
    const { code, stdout } = await reload();
    expect([code, stdout]).toEqual([1, expect.stringMatching(/^small {2}FAILED {2}2\.0\.0: .*is not JSON/)]);
    expect(stdout).not.toContain(own);
    await writeNextVersion(join(own, 'small'), '3.0.0');
    cli.kill('SIGHUP');
    await cli.waitFor(/"version":"3\.0\.0","previousVersion":"2\.0\.0".*"msg":"model reloaded"/);
    cli.kill('SIGTERM');
    expect((await cli.finished).code).toBe(0);
  });

  it('is configured by a file, the environment and flags', async () => {
    const file = join(folder, 'surgicam.yaml');
    writeFileSync(file, 'log: {level: silent}\nserver: {port: 1, host: 127.0.0.1}\n');
    const environment = { SURGICAM_LOG_LEVEL: 'info', SURGICAM_INFERENCE_PROVIDERS: 'cpu' };
    const cli = new CliProcess(['serve', '--config', file, '--port', '0', '--models', models], environment);
    await cli.waitFor(/"address":"127\.0\.0\.1:\d{4,5}".*"provider":"cpu","msg":"serving"/);
    cli.kill('SIGTERM');
    expect((await cli.finished).code).toBe(0);
  });
});

describe('a service that cannot start', () => {
  const refuse = (...flags: string[]): Promise<CliResult> =>
    runCli(['serve', '--models', models, '--providers', 'cpu', ...flags]);

  it('names the bad key, its value and what is allowed', async () => {
    const file = join(folder, 'bad.yaml');
    writeFileSync(file, 'server: {prot: 1}\nfeeds: {maxFeeds: 0}\n');
    const { code, stderr } = await refuse('--config', file);
    expect(code).toBe(1);
    expect(stderr).toContain(
      `server.prot (from ${file}) is 1; allowed: there is no such key; the keys here are host`,
    );
    expect(stderr).toContain(`feeds.maxFeeds (from ${file}) is 0; allowed: a whole number from 1 to 10000`);
    expect(stderr.trimEnd().split('\n')).toHaveLength(1);
  });

  it('refuses a flag with code 2', async () => {
    const { code, stderr } = await refuse('--port', 'http');
    expect([code, stderr]).toEqual([2, 'error: --port is "http"; allowed: a whole number from 0 to 65535\n']);
  });

  it('refuses to show video to a network in the clear', async () => {
    const { code, stderr } = await refuse('--host', '0.0.0.0', '--log-level', 'silent');
    expect(code).toBe(1);
    expect(stderr).toMatch(/^error: 0\.0\.0\.0 can be reached from other machines, .* --insecure\n$/);
  });

  it('has no model, or not the one it should have', async () => {
    const empty = join(folder, 'empty');
    mkdirSync(empty);
    const none = await runCli(['serve', '--models', empty, '--log-level', 'silent']);
    expect([none.code, none.stderr]).toEqual([
      1,
      expect.stringContaining("make one with 'surgicam model import'"),
    ]);
    const other = await refuse('--default-model', 'big', '--log-level', 'silent');
    expect([other.code, other.stderr]).toEqual([
      1,
      expect.stringContaining("no model named 'big'; models: small"),
    ]);
  });

  it('is at a port that is taken', async () => {
    const server = await serve();
    const port = server.address.split(':')[1] ?? '';
    const { code, stderr } = await refuse('--port', port, '--log-level', 'silent');
    expect([code, stderr]).toEqual([
      1,
      expect.stringMatching(/(^|\n)error: cannot listen on 127\.0\.0\.1:\d+/),
    ]);
    await terminate(server);
  });

  it('cannot be reached by a client', async () => {
    const { code, stderr } = await runCli(['feed', 'list', '--address', '127.0.0.1:1']);
    expect(code).toBe(1);
    expect(stderr).toBe(
      "error: nothing answers at 127.0.0.1:1; start 'surgicam serve' there, or name another --address\n",
    );
  });

  it('shows the log of the ffmpeg of a feed that failed, but no folder of the machine', async () => {
    writeFileSync(join(media, 'noise.ts'), Buffer.alloc(100_000, 'no video'));
    const server = await serve();
    await server.client('feed', 'add', 'bad', 'noise.ts');
    await server.cli.waitFor(/"msg":"feed failed"/);
    const { stdout } = await server.client('feed', 'show', 'bad');
    const [heading, feed, ...log] = stdout.trimEnd().split('\n');
    expect([heading, feed]).toEqual([
      expect.stringMatching(/^FEED/),
      expect.stringMatching(/^bad +failed: /),
    ]);
    expect(log.join('\n')).toMatch(/\[error\]|\[fatal\]/);
    expect(stdout).not.toContain(folder);
    const listed = await server.client('feed', 'list', '--json');
    expect(listed.stdout).not.toContain('sourceLog');
    await terminate(server);
  });
});
