import { copyFileSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from '@jest/globals';
import { lastValueFrom, take, toArray } from 'rxjs';
import { activeFfmpegCount } from '../../src/video/ffmpeg-registry.js';
import { locateFfmpeg } from '../../src/video/locate-ffmpeg.js';
import { openFrameSource } from '../../src/video/open-frame-source.js';
import { sourceFailureOf } from '../../src/video/source-failure.js';
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
const inFolder = (name: string): string => join(folder, name);
const X264 = ['-c:v', 'libx264', '-preset', 'ultrafast', '-pix_fmt', 'yuv420p'];
let ffmpeg = '';

describe('openFrameSource on files', () => {
  beforeAll(async () => {
    ffmpeg = (await locateFfmpeg()).path;
    const picture = ['-f', 'lavfi', '-i', 'testsrc=size=160x90:rate=25:duration=2'];
    makeVideo(ffmpeg, [...picture, ...X264, '-bf', '2', '-movflags', '+faststart'], inFolder('even.mp4'));
  });

  it('gives the true times of a variable frame rate', async () => {
    // frame N of the file is shown at 1 ms * (N^2 + 3 N), which no frame rate fits
    const source = ['-f', 'lavfi', '-i', 'testsrc=size=64x48:rate=25:duration=1.6'];
    const timing = [
      '-vf',
      'settb=1/1000,setpts=N*N+3*N',
      '-vsync',
      'passthrough',
      '-enc_time_base',
      '1:1000',
    ];
    const file = makeVideo(ffmpeg, [...source, ...timing, ...X264, '-bf', '0'], inFolder('uneven.mkv'));

    const frames = await allFrames(openFrameSource(sourceOptions(file)));
    expect(mediaTimes(frames)).toEqual(Array.from({ length: 40 }, (_, n) => (n * n + 3 * n) * 1000));
  });

  it('keeps odd sizes, of the source and of the frames', async () => {
    const source = ['-f', 'lavfi', '-i', 'testsrc=size=161x91:rate=25:duration=0.2'];
    const file = makeVideo(ffmpeg, [...source, '-c:v', 'ffv1'], inFolder('odd.mkv'));
    const frames = await allFrames(openFrameSource(sourceOptions(file, { width: 31, height: 17 })));

    expect(frames).toHaveLength(5);
    expect(frames[0]).toMatchObject({ sourceWidth: 161, sourceHeight: 91, width: 31, height: 17 });
    expect(frames[0]!.pixels).toHaveLength(31 * 17 * 3);
  });

  it('gives rgb24: red, green and blue in that order', async () => {
    const source = ['-f', 'lavfi', '-i', 'color=c=0xff8000:size=64x48:rate=25:duration=0.04'];
    const file = makeVideo(ffmpeg, [...source, '-c:v', 'ffv1', '-pix_fmt', 'bgr0'], inFolder('orange.mkv'));
    const [frame] = await allFrames(openFrameSource(sourceOptions(file)));
    const [red, green, blue] = frame!.pixels;
    expect(red).toBeGreaterThan(250);
    expect(Math.abs(green! - 128)).toBeLessThan(5);
    expect(blue).toBeLessThan(5);
  });

  it('notices a size that changes in the middle', async () => {
    const parts = ['160x90', '320x240'].map((size) => {
      const source = ['-f', 'lavfi', '-i', `testsrc=size=${size}:rate=25:duration=0.4`];
      return makeVideo(ffmpeg, [...source, ...X264, '-f', 'mpegts'], inFolder(`${size}.ts`));
    });
    writeFileSync(inFolder('both.ts'), Buffer.concat(parts.map((part) => readFileSync(part))));
    const frames = await allFrames(openFrameSource(sourceOptions(inFolder('both.ts'))));

    const sizes = frames.map((frame) => frame.sourceWidth);
    expect(sizes).toEqual([...Array<number>(10).fill(160), ...Array<number>(10).fill(320)]);
    expect(strictlyRising(mediaTimes(frames))).toBe(true);
  });

  it('goes on rising when a file is looped', async () => {
    const options = sourceOptions(inFolder('even.mp4'), { loop: true, firstSequence: 7 });
    const frames = await lastValueFrom(openFrameSource(options).pipe(take(120), toArray()));

    expect(frames.at(-1)!.sequence).toBe(7 + 119);
    expect(mediaTimes(frames)).toEqual(frames.map((_, index) => index * 40_000));
    expect(frames[50]!.pixels).toEqual(frames[0]!.pixels);
  });

  it('takes names that look like options, protocols or patterns', async () => {
    for (const name of ['-i.mp4', 'http:x.mp4', 'a%03d b.mp4']) {
      copyFileSync(inFolder('even.mp4'), inFolder(name));
      expect(await allFrames(openFrameSource(sourceOptions(`file:${inFolder(name)}`)))).toHaveLength(50);
    }
  });

  it('tells a file that broke off from one that ended', async () => {
    const whole = readFileSync(inFolder('even.mp4'));
    writeFileSync(inFolder('broken.mp4'), whole.subarray(0, whole.length * 0.6));
    const seen: number[] = [];
    const source = openFrameSource(sourceOptions(inFolder('broken.mp4')));
    source.subscribe({ next: (frame) => seen.push(frame.sequence), error: () => undefined });
    const error = await errorOf(source);

    expect(error.code).toBe('invalid_argument');
    expect(error.message).toMatch(/^broken\.mp4 broke off after \d+ frames: .*partial file$/);
    expect(sourceFailureOf(error)).toMatchObject({ stage: 'died_later' });
  });

  it('tells what is no video', async () => {
    writeFileSync(inFolder('garbage.mp4'), Buffer.alloc(50_000, 'no video here, '));
    const garbage = await errorOf(openFrameSource(sourceOptions(inFolder('garbage.mp4'))));
    expect(garbage.code).toBe('invalid_argument');
    expect(garbage.message).toContain('no video could be read from garbage.mp4: ');
    expect(garbage.message).not.toContain(folder);
    expect(sourceFailureOf(garbage)!.stage).toBe('unreadable_input');

    const tone = makeVideo(ffmpeg, ['-f', 'lavfi', '-i', 'sine=duration=1'], inFolder('tone.mp4'));
    const sound = await errorOf(openFrameSource(sourceOptions(tone)));
    expect(sound.message).toContain('matches no streams');
  });

  it('refuses what is not there, empty, or a folder, before ffmpeg runs', async () => {
    writeFileSync(inFolder('empty.mp4'), '');
    mkdirSync(inFolder('folder'));
    const refused = (name: string) => errorOf(openFrameSource(sourceOptions(inFolder(name))));

    const missing = await refused('missing.mp4');
    expect(missing.code).toBe('not_found');
    expect(missing.message).toContain("no file named 'missing.mp4'");
    expect((await refused('empty.mp4')).message).toContain('not empty');
    expect((await refused('folder')).message).toContain('not a folder');
    expect(sourceFailureOf(missing)).toBeUndefined();
  });

  it('refuses settings that make no sense', async () => {
    const bad = await errorOf(openFrameSource(sourceOptions(inFolder('even.mp4'), { width: 0 })));
    expect(bad.violations[0]!.field).toBe('width');
    const loop = await errorOf(openFrameSource(sourceOptions('udp://127.0.0.1:1', { loop: true })));
    expect(loop.violations[0]!.field).toBe('source.loop');
    const scheme = await errorOf(openFrameSource(sourceOptions('gopher://h/a')));
    expect(scheme.message).toContain('rtsp://');
    expect(activeFfmpegCount()).toBe(0);
  });

  it('decodes with CUDA, or says why not and what to do', async () => {
    const source = openFrameSource(sourceOptions(inFolder('even.mp4'), { hardwareAcceleration: 'cuda' }));
    const [frames, error] = await allFrames(source).then(
      (given) => [given.length, undefined] as const,
      (thrown: unknown) => [0, thrown] as const,
    );
    if (error === undefined) expect(frames).toBe(50);
    else
      expect(error).toMatchObject({
        code: 'failed_precondition',
        message: expect.stringMatching(/CUDA.*auto or none/),
      });
    expect(
      await allFrames(openFrameSource(sourceOptions(inFolder('even.mp4'), { hardwareAcceleration: 'auto' }))),
    ).toHaveLength(50);
  });

  it('refuses a playlist that reaches for the network', async () => {
    const list = '#EXTM3U\n#EXT-X-TARGETDURATION:2\n#EXTINF:2.0,\nhttp://127.0.0.1:9/a.ts\n#EXT-X-ENDLIST\n';
    writeFileSync(inFolder('list.m3u8'), list);
    const error = await errorOf(openFrameSource(sourceOptions(inFolder('list.m3u8'))));
    expect(error.code).toBe('invalid_argument');
    expect(error.message).toContain('was refused: it is no video container');
  });
});
