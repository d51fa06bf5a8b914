import { createRequire } from 'node:module';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { activeFfmpegCount } from '../../src/video/ffmpeg-registry.js';
import { openFrameSource } from '../../src/video/open-frame-source.js';
import { probeMedia } from '../../src/video/probe-media.js';
import { VideoWriter } from '../../src/video/video-writer.js';
import { noisePicture } from '../fixtures/picture.js';
import { temporaryFolder } from '../fixtures/temporary-folder.js';
import { errorOf } from '../fixtures/errors.js';
import { allFrames, sourceOptions } from './frame-source-fixture.js';

const folder = temporaryFolder();
const npmFfmpeg = (createRequire(import.meta.url)('@ffmpeg-installer/ffmpeg') as { path: string }).path;

async function write(file: string, frames: number, ffmpegPath?: string): Promise<VideoWriter> {
  const options = { width: 65, height: 49, frameRate: 29.97 };
  const writer = await VideoWriter.open(
    file,
    ffmpegPath === undefined ? options : { ...options, ffmpegPath },
  );
  for (let i = 0; i < frames; i++) await writer.write(new Uint8Array(65 * 49 * 3).fill(10 + 8 * i));
  return writer;
}

describe('VideoWriter', () => {
  it.each([
    ['the ffmpeg of this machine', undefined],
    ['the ffmpeg that comes with npm', npmFfmpeg],
  ])('writes every frame with %s', async (_, path) => {
    const file = join(folder, `${path === undefined ? 'own' : 'npm'}.mp4`);
    const writer = await write(file, 20, path);
    await writer.finish();
    const facts = await probeMedia(file);
    expect([facts.width, facts.height, facts.frameRate]).toEqual([66, 50, 29.97]);
    const frames = await allFrames(openFrameSource(sourceOptions(`file:${file}`, { width: 66, height: 50 })));
    expect(frames).toHaveLength(20);
    const grey = frames.map(({ pixels }) => pixels[(25 * 66 + 30) * 3]!);
    grey.forEach((value, i) => expect(Math.abs(value - (10 + 8 * i))).toBeLessThan(6));
    expect(activeFfmpegCount()).toBe(0);
  });

  it('has no file of that name before it is complete, and none at all when it is abandoned', async () => {
    const file = join(folder, 'left.mp4');
    const writer = await write(file, 3);
    await writer.abandon();
    expect(readdirSync(folder).filter((name) => name.startsWith('left'))).toEqual([]);
    expect(activeFfmpegCount()).toBe(0);
  });

  it('says why it cannot be written', async () => {
    const file = join(folder, 'missing', 'a.mp4');
    const writer = await VideoWriter.open(file, { width: 64, height: 48, frameRate: 25 });
    const error = await errorOf(async () => {
      for (;;) await writer.write(noisePicture(64, 48));
    });
    expect(error.message).toMatch(/could not write .*a\.mp4: .*No such file/);
    await writer.abandon();
  });

  it('refuses a frame of another size', async () => {
    const writer = await write(join(folder, 'size.mp4'), 0);
    await expect(writer.write(new Uint8Array(3))).rejects.toThrow('a frame of 3 bytes');
    await writer.abandon();
  });
});
