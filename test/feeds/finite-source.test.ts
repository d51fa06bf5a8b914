import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { basename, join } from 'node:path';
import { promisify } from 'node:util';
import { locateFfmpeg } from '../../src/video/locate-ffmpeg.js';
import { FeedHarness } from '../fixtures/feed-harness.js';
import { writeTestClip } from '../fixtures/test-clip.js';

const FRAMES = 50;

describe('a feed of something finite on a web server', () => {
  const harness = FeedHarness.use({ reconnect: { initialDelayMs: 20, maxDelayMs: 100, maxAttempts: 0 } });
  const inFolder = (name: string): string => join(harness.folder, name);
  let server: Server;
  let base = '';

  beforeAll(async () => {
    await writeTestClip(inFolder('clip.ts'), FRAMES);
    await writeTestClip(inFolder('clip.mp4'), FRAMES);
    const { path } = await locateFfmpeg();
    const copy = ['-v', 'error', '-nostdin', '-y', '-i', inFolder('clip.ts'), '-c', 'copy', '-f', 'hls'];
    await promisify(execFile)(path, [...copy, '-hls_time', '1', inFolder('list.m3u8')]);
    const list = readFileSync(inFolder('list.m3u8'), 'utf8');
    writeFileSync(inFolder('growing.m3u8'), list.replace('#EXT-X-ENDLIST', ''));
    server = createServer((request, response) => {
      try {
        const whole = readFileSync(inFolder(basename(request.url ?? '')));
        const [, from] = /^bytes=(\d+)-/.exec(request.headers.range ?? '') ?? [];
        const range = { 'content-range': `bytes ${from ?? 0}-${whole.length - 1}/${whole.length}` };
        const part = whole.subarray(Number(from ?? 0));
        const headers = { 'accept-ranges': 'bytes', 'content-length': part.length };
        if (from === undefined) response.writeHead(200, headers).end(part);
        else response.writeHead(206, { ...headers, ...range }).end(part);
      } catch {
        response.writeHead(404).end();
      }
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  });

  afterAll(() => {
    server.close();
    server.closeAllConnections();
  });

  it.each(['clip.mp4', 'clip.ts', 'list.m3u8'])('ends with %s', async (name) => {
    const ended = harness.entering('ended');
    await harness.registry.create(harness.settings({}, { uri: `${base}/${name}` }));
    expect((await ended).counters).toMatchObject({ framesDecoded: FRAMES, reconnects: 0 });
  });

  it('goes on trying when a playlist without an end is gone', async () => {
    const live = harness.entering('live');
    const reconnecting = harness.entering('reconnecting');
    await harness.registry.create(harness.settings({}, { uri: `${base}/growing.m3u8` }));
    await live;
    rmSync(inFolder('growing.m3u8'));
    expect((await reconnecting).counters.framesDecoded).toBeGreaterThan(0);
  });
});
