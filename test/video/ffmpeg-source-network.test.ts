import { spawn, type ChildProcess } from 'node:child_process';
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { readFileSync, writeFileSync } from 'node:fs';
import { createServer, type ServerResponse } from 'node:http';
import { createServer as createTcpServer, type AddressInfo, type Server } from 'node:net';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { lastValueFrom, retry, take, timer, toArray, type Observable } from 'rxjs';
import { SurgicamError } from '../../src/domain/errors.js';
import type { VideoFrame } from '../../src/domain/video-frame.js';
import { activeFfmpegCount } from '../../src/video/ffmpeg-registry.js';
import { locateFfmpeg } from '../../src/video/locate-ffmpeg.js';
import { openFrameSource } from '../../src/video/open-frame-source.js';
import { sourceFailureOf } from '../../src/video/source-failure.js';
import { describeWith } from '../fixtures/requirements.js';
import { waitUntil } from '../fixtures/wait-until.js';
import { temporaryFolder } from '../fixtures/temporary-folder.js';
import {
  allFrames,
  errorOf,
  makeVideo,
  mediaTimes,
  sourceOptions,
  strictlyRising,
} from './frame-source-fixture.js';

const folder = temporaryFolder();
const video = join(folder, 'video.mp4');
const senders: ChildProcess[] = [];
let ffmpeg = '';

/** Sends the video again and again at its own speed. */
function send(...output: string[]): void {
  const input = ['-v', 'error', '-nostdin', '-re', '-stream_loop', '-1', '-i', video, '-c', 'copy'];
  senders.push(spawn(ffmpeg, [...input, ...output], { stdio: 'ignore' }));
}

async function listen(server: Server): Promise<number> {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return (server.address() as AddressInfo).port;
}

async function freeTcpPort(): Promise<number> {
  const server = createTcpServer();
  const port = await listen(server);
  server.close();
  return port;
}

async function freeUdpPort(): Promise<number> {
  const socket = createSocket('udp4');
  socket.bind(0, '127.0.0.1');
  await once(socket, 'listening');
  const { port } = socket.address();
  await new Promise<void>((resolve) => socket.close(resolve));
  return port;
}

/** Tries again as long as the sender does not listen yet. */
function whenThere(source: Observable<VideoFrame>): Promise<VideoFrame[]> {
  const patient = source.pipe(retry({ count: 50, delay: () => timer(100) }));
  return lastValueFrom(patient.pipe(take(10), toArray()));
}

function answer(path: string, response: ServerResponse): void {
  if (path.startsWith('/missing.mp4')) {
    response.statusCode = 404;
    response.end();
    return;
  }
  const whole = readFileSync(join(folder, path.split('?')[0]!));
  response.setHeader('content-length', whole.length);
  if (!path.endsWith('?cut')) response.end(whole);
  else response.write(whole.subarray(0, whole.length * 0.6), () => response.destroy());
}

beforeAll(async () => {
  ffmpeg = (await locateFfmpeg()).path;
  const source = ['-f', 'lavfi', '-i', 'testsrc=size=160x90:rate=25:duration=2'];
  const x264 = ['-c:v', 'libx264', '-preset', 'ultrafast', '-pix_fmt', 'yuv420p', '-g', '10'];
  makeVideo(ffmpeg, [...source, ...x264, '-movflags', '+faststart'], video);
});

afterEach(async () => {
  for (const sender of senders.splice(0)) {
    if (sender.exitCode !== null || sender.signalCode !== null) continue;
    sender.kill('SIGKILL');
    await once(sender, 'exit');
  }
  await waitUntil(() => activeFfmpegCount() === 0, 'an empty registry');
});

describe('openFrameSource over HTTP', () => {
  const server = createServer((request, response) => answer(request.url ?? '', response));
  let base = '';
  beforeAll(async () => {
    base = `http://127.0.0.1:${await listen(server)}`;
  });
  afterAll(() => {
    server.close();
  });

  it('reads a file', async () => {
    const frames = await allFrames(openFrameSource(sourceOptions(`${base}/video.mp4`)));
    expect(mediaTimes(frames)).toEqual(Array.from({ length: 50 }, (_, index) => index * 40_000));
    expect(frames[0]!.mediaName).toBeUndefined();
  });

  it('reads an HLS playlist', async () => {
    makeVideo(ffmpeg, ['-i', video, '-c', 'copy', '-f', 'hls', '-hls_time', '1'], join(folder, 'list.m3u8'));
    expect(await allFrames(openFrameSource(sourceOptions(`${base}/list.m3u8`)))).toHaveLength(50);
  });

  it('refuses a playlist that reaches for files of this machine', async () => {
    const segment = join(folder, 'list0.ts');
    const list = `#EXTM3U\n#EXT-X-TARGETDURATION:2\n#EXTINF:1.0,\nfile://${segment}\n#EXT-X-ENDLIST\n`;
    writeFileSync(join(folder, 'evil.m3u8'), list);
    const error = await errorOf(openFrameSource(sourceOptions(`${base}/evil.m3u8`)));
    expect(error.code).toBe('invalid_argument');
    expect(error.message).toContain("Protocol 'file' not on whitelist");
  });

  it('tells a lost connection from an end, and may be tried again', async () => {
    const cut = await errorOf(openFrameSource(sourceOptions(`${base}/video.mp4?cut`)));
    expect(cut.code).toBe('unavailable');
    expect(sourceFailureOf(cut)!.stage).toBe('died_later');

    const missing = await errorOf(openFrameSource(sourceOptions(`${base}/missing.mp4?token=abc`)));
    expect(missing.code).toBe('unavailable');
    expect(missing.message).toMatch(/missing\.mp4\?token=\*\*\*: .*404/);
    expect(sourceFailureOf(missing)!.stage).toBe('unreadable_input');
  });
});

describe('openFrameSource on live streams', () => {
  it('reads MPEG-TS over UDP, joined in the middle', async () => {
    const port = await freeUdpPort();
    send('-f', 'mpegts', `udp://127.0.0.1:${port}?pkt_size=1316`);
    const source = openFrameSource(sourceOptions(`udp://127.0.0.1:${port}`));
    const frames = await lastValueFrom(source.pipe(take(60), toArray()));
    expect(strictlyRising(mediaTimes(frames))).toBe(true);
    expect(frames[0]).toMatchObject({ sourceWidth: 160, sourceHeight: 90, sequence: 0 });
  });

  it('reads RTMP', async () => {
    const uri = `rtmp://127.0.0.1:${await freeTcpPort()}/live/or1`;
    send('-f', 'flv', '-listen', '1', uri);
    const frames = await whenThere(openFrameSource(sourceOptions(uri)));
    expect(strictlyRising(mediaTimes(frames))).toBe(true);
  });

  it('gives up a server that accepts and sends nothing, and a port where nothing comes', async () => {
    const silent = createTcpServer((socket) => socket.on('error', () => socket.destroy()).resume());
    const port = await listen(silent);
    const uris = [`http://127.0.0.1:${port}/a`, `rtmp://127.0.0.1:${port}/a`, `rtsp://127.0.0.1:${port}/a`];
    uris.push(`udp://127.0.0.1:${await freeUdpPort()}`);
    const errors = await Promise.all(
      uris.map((uri) => errorOf(openFrameSource(sourceOptions(uri, { silenceTimeoutMs: 1_000 })))),
    );
    expect(errors.map((error) => error.code)).toEqual(Array(4).fill('unavailable'));
    expect(errors.map((error) => sourceFailureOf(error)!.stage)).toEqual(Array(4).fill('unreadable_input'));
    silent.close();
  });

  it('gives up a stream that falls silent', async () => {
    const port = await freeUdpPort();
    send('-f', 'mpegts', `udp://127.0.0.1:${port}?pkt_size=1316`);
    const error = await new Promise<unknown>((resolve) => {
      const options = sourceOptions(`udp://127.0.0.1:${port}`, { silenceTimeoutMs: 6_000 });
      openFrameSource(options).subscribe({
        next: (frame) => frame.sequence === 5 && senders[0]!.kill('SIGKILL'),
        error: resolve,
        complete: () => resolve('a clean end'),
      });
    });
    expect(error).toBeInstanceOf(SurgicamError);
    expect(sourceFailureOf(error)!.stage).toBe('died_later');
  });

  it('says so when nobody is there, without the password', async () => {
    const port = await freeTcpPort();
    const error = await errorOf(openFrameSource(sourceOptions(`rtsp://me:secret@127.0.0.1:${port}/a`)));
    expect(error.code).toBe('unavailable');
    expect(error.message).toMatch(/no video could be read from rtsp:\/\/\*\*\*@127.*Connection refused/);
    expect(JSON.stringify(sourceFailureOf(error)!.log)).not.toContain('secret');
  });
});

describeWith('system-ffmpeg', 'openFrameSource on SRT', () => {
  it('reads an encrypted stream', async () => {
    const base = `srt://127.0.0.1:${await freeUdpPort()}`;
    send('-f', 'mpegts', `${base}?mode=listener&passphrase=0123456789`);
    const frames = await whenThere(openFrameSource(sourceOptions(`${base}?passphrase=0123456789`)));
    expect(strictlyRising(mediaTimes(frames))).toBe(true);
  });
});
