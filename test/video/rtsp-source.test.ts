import { join } from 'node:path';
import { afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { lastValueFrom, take, toArray } from 'rxjs';
import { activeFfmpegCount } from '../../src/video/ffmpeg-registry.js';
import { locateFfmpeg } from '../../src/video/locate-ffmpeg.js';
import { openFrameSource } from '../../src/video/open-frame-source.js';
import { sourceFailureOf } from '../../src/video/source-failure.js';
import { describeWith } from '../fixtures/requirements.js';
import { startRtspServer, type RtspServer } from '../fixtures/rtsp-server.js';
import { waitUntil } from '../fixtures/wait-until.js';
import { temporaryFolder } from '../fixtures/temporary-folder.js';
import { makeVideo, mediaTimes, sourceOptions, strictlyRising } from './frame-source-fixture.js';

const folder = temporaryFolder();
const video = join(folder, 'video.mp4');
let ffmpeg = '';
let server: RtspServer | undefined;

beforeAll(async () => {
  ffmpeg = (await locateFfmpeg()).path;
  const source = ['-f', 'lavfi', '-i', 'testsrc=size=160x90:rate=25:duration=2'];
  makeVideo(ffmpeg, [...source, '-c:v', 'libx264', '-pix_fmt', 'yuv420p', '-g', '10', '-bf', '0'], video);
});
afterEach(async () => {
  await server?.close();
  server = undefined;
  await waitUntil(() => activeFfmpegCount() === 0, 'an empty registry');
});

describe('openFrameSource over RTSP', () => {
  it.each(['tcp', 'udp'])('reads a camera over %s', async (transport) => {
    server = await startRtspServer(ffmpeg, video);
    const source = openFrameSource(sourceOptions(`${server.uri}#transport=${transport}`));
    const frames = await lastValueFrom(source.pipe(take(30), toArray()));
    expect(strictlyRising(mediaTimes(frames))).toBe(true);
    expect(frames[0]).toMatchObject({ sourceWidth: 160, sourceHeight: 90 });
    expect(server.requests.join(' ')).not.toContain('#');
  });
});

// The ffmpeg of 2018 that comes with npm takes silence for the end of the stream.
describeWith('system-ffmpeg', 'openFrameSource over RTSP, with a recent ffmpeg', () => {
  it('gives up a camera that keeps the connection and sends nothing more', async () => {
    const camera = await startRtspServer(ffmpeg, video);
    server = camera;
    const error = await new Promise((resolve) => {
      openFrameSource(sourceOptions(camera.uri, { silenceTimeoutMs: 6_000 })).subscribe({
        next: (frame) => frame.sequence === 5 && camera.fallSilent(),
        error: resolve,
        complete: () => resolve('a clean end'),
      });
    });
    expect(sourceFailureOf(error)).toMatchObject({ stage: 'died_later' });
  });
});
