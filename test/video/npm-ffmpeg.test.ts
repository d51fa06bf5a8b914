import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { locateFfmpeg, type FfmpegInstallation } from '../../src/video/locate-ffmpeg.js';
import { openFrameSource } from '../../src/video/open-frame-source.js';
import { probeMedia } from '../../src/video/probe-media.js';
import { describeWith, sharedPath } from '../fixtures/requirements.js';
import { temporaryFolder } from '../fixtures/temporary-folder.js';
import { allFrames, errorOf, makeVideo, mediaTimes, sourceOptions } from './frame-source-fixture.js';

const folder = temporaryFolder();
const { PATH, SURGICAM_FFMPEG } = process.env;
let npm: FfmpegInstallation;

/** The ffmpeg inside the npm package, which is from 2018: what a machine without one of its own gets. */
describe('the ffmpeg that comes with npm', () => {
  beforeAll(async () => {
    delete process.env.SURGICAM_FFMPEG;
    process.env.PATH = '/nowhere';
    npm = await locateFfmpeg();
  });
  afterAll(() => {
    process.env.PATH = PATH;
    if (SURGICAM_FFMPEG !== undefined) process.env.SURGICAM_FFMPEG = SURGICAM_FFMPEG;
  });

  it('is found where PATH has none', () => {
    expect(npm.origin).toBe('npm');
  });

  it('gives the true times of a variable frame rate', async () => {
    const source = ['-f', 'lavfi', '-i', 'testsrc=size=64x48:rate=25:duration=1.2'];
    const timing = [
      '-vf',
      'settb=1/1000,setpts=N*N+3*N',
      '-vsync',
      'passthrough',
      '-enc_time_base',
      '1:1000',
    ];
    const file = join(folder, 'uneven.mkv');
    makeVideo(npm.path, [...source, ...timing, '-c:v', 'libx264', '-bf', '0'], file);
    const frames = await allFrames(openFrameSource(sourceOptions(file)));
    expect(mediaTimes(frames)).toEqual(Array.from({ length: 30 }, (_, n) => (n * n + 3 * n) * 1000));
    expect(await probeMedia(file)).toMatchObject({ width: 64, height: 48 });
  });

  it('says which protocol it lacks', async () => {
    const error = await errorOf(openFrameSource(sourceOptions('srt://127.0.0.1:9000')));
    expect(error.code).toBe('failed_precondition');
    expect(error.message).toContain('without srt');
  });
});

describeWith('shared', 'the ffmpeg that comes with npm, on a surgical clip', () => {
  it('gives exactly its 800 frames', async () => {
    const options = sourceOptions(sharedPath('video', 'cholec-grasper-hook.mp4'), { ffmpegPath: npm.path });
    const frames = await allFrames(openFrameSource(options));
    expect(mediaTimes(frames)).toEqual(Array.from({ length: 800 }, (_, index) => index * 40_000));
    expect(frames[799]).toMatchObject({ sourceWidth: 854, sourceHeight: 480 });
  });
});
