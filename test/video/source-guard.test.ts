import { once } from 'node:events';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { activeFfmpegCount, activeFfmpegPids, stopAllFfmpeg } from '../../src/video/ffmpeg-registry.js';
import { locateFfmpeg } from '../../src/video/locate-ffmpeg.js';
import { openFrameSource } from '../../src/video/open-frame-source.js';
import { temporaryFolder } from '../fixtures/temporary-folder.js';
import { waitUntil } from '../fixtures/wait-until.js';
import { allFrames, errorOf, makeVideo, sourceOptions } from './frame-source-fixture.js';

const folder = temporaryFolder();
const video = join(folder, 'video.mp4');
let ffmpeg = '';

beforeAll(async () => {
  ffmpeg = (await locateFfmpeg()).path;
  const picture = ['-f', 'lavfi', '-i', 'testsrc=size=160x90:rate=25:duration=2'];
  makeVideo(ffmpeg, [...picture, '-pix_fmt', 'yuv420p', '-g', '10', '-movflags', '+faststart'], video);
});
afterEach(() => waitUntil(() => activeFfmpegCount() === 0, 'an empty registry'));

describe('a source under an address policy', () => {
  const paths: string[] = [];
  const server = createServer((request, response) => {
    paths.push(request.url ?? '');
    answer(request.url ?? '', response);
  });
  let port = 0;
  beforeAll(async () => {
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    port = (server.address() as AddressInfo).port;
    const hls = ['-i', video, '-c', 'copy', '-f', 'hls', '-hls_time', '1'];
    makeVideo(ffmpeg, hls, join(folder, 'list.m3u8'));
    writeFileSync(
      join(folder, 'inward.m3u8'),
      `#EXTM3U\n#EXT-X-TARGETDURATION:2\n#EXTINF:1.0,\nhttp://127.0.0.1:${port}/video.mp4\n#EXT-X-ENDLIST\n`,
    );
  });
  afterAll(() => {
    server.close();
    server.closeAllConnections();
  });

  function answer(path: string, response: ServerResponse): void {
    if (path === '/inward') {
      response.writeHead(302, { location: `http://127.0.0.1:${port}/video.mp4` }).end();
      return;
    }
    const file = join(folder, path);
    if (!existsSync(file)) response.writeHead(404).end();
    else response.end(readFileSync(file));
  }

  /** `localhost` is trusted, the same address under its number is not: as if it were another machine's. */
  const open = (path: string, host = 'localhost') =>
    openFrameSource(
      sourceOptions(`http://${host}:${port}/${path}`, {
        limits: { addresses: { allowLoopback: false, allowedHosts: ['localhost'] } },
      }),
    );

  it('reads files and HLS of a host that is allowed', async () => {
    expect(await allFrames(open('video.mp4'))).toHaveLength(50);
    expect(await allFrames(open('list.m3u8'))).toHaveLength(50);
  });

  it('refuses another host before anything is sent to it', async () => {
    paths.length = 0;
    expect((await errorOf(open('video.mp4', '127.0.0.1'))).code).toBe('permission_denied');
    expect(paths).toEqual([]);
  });

  it.each(['inward', 'inward.m3u8'])('does not follow %s to where it must not go', async (path) => {
    paths.length = 0;
    const error = await errorOf(open(path));
    expect(error.code).toBe('permission_denied');
    expect(error.message).toContain("'127.0.0.1'");
    expect(paths).not.toContain('/video.mp4');
  });

  it('holds for other protocols as well', async () => {
    const limits = { addresses: { allowLoopback: false, allowedHosts: [] } };
    for (const scheme of ['rtsp', 'rtmp']) {
      const source = openFrameSource(sourceOptions(`${scheme}://127.0.0.1:${port}/a`, { limits }));
      expect((await errorOf(source)).code).toBe('permission_denied');
    }
  });
});

describe('what a file may be', () => {
  it.each([
    ['playlist.m3u8', (target: string) => `#EXTM3U\n#EXTINF:2,\nfile:${target}\n#EXT-X-ENDLIST\n`],
    ['renamed.mp4', (target: string) => `#EXTM3U\n#EXTINF:2,\nfile:${target}\n#EXT-X-ENDLIST\n`],
    ['list.ffconcat', (target: string) => `ffconcat version 1.0\nfile '${target}'\n`],
    ['session.sdp', () => 'v=0\no=- 0 0 IN IP4 127.0.0.1\ns=x\nt=0 0\nm=video 5004 RTP/AVP 96\n'],
  ])('is no list of other files: %s', async (name, content) => {
    const file = join(folder, name);
    writeFileSync(file, content(video));
    expect((await errorOf(openFrameSource(sourceOptions(file)))).code).toBe('invalid_argument');
  });

  it('has pictures of a bounded size', async () => {
    const limits = { maxPixels: 4_096 };
    const error = await errorOf(openFrameSource(sourceOptions(video, { limits })));
    expect(error.code).toBe('invalid_argument');
  });
});

const limited = process.platform === 'linux' && existsSync('/usr/bin/prlimit') ? describe : describe.skip;
limited('an ffmpeg under limits', () => {
  it('has them, and keeps its process id', async () => {
    const limits = { maxMemoryBytes: 512 * 2 ** 20 };
    const source = openFrameSource(sourceOptions(video, { limits, ownSpeed: true, loop: true }));
    const frame = new Promise<void>((resolve, reject) => {
      source.subscribe({ next: () => resolve(), error: reject });
    });
    await frame;
    const shown = readFileSync(`/proc/${activeFfmpegPids()[0]!}/limits`, 'utf8');
    expect(shown).toMatch(/^Max data size\s+536870912\s/m);
    expect(shown).toMatch(/^Max file size\s+0\s/m);
    expect(shown).toMatch(/^Max core file size\s+0\s/m);
    await stopAllFfmpeg();
  });

  it('reads nothing when it may have too little memory, which harms nobody else', async () => {
    const starved = openFrameSource(sourceOptions(video, { limits: { maxMemoryBytes: 2 ** 20 } }));
    const [error, frames] = await Promise.all([
      errorOf(starved),
      allFrames(openFrameSource(sourceOptions(video))),
    ]);
    expect(error.message).toContain('video.mp4');
    expect(frames).toHaveLength(50);
  });
});
