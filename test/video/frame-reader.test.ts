import { describe, expect, it } from '@jest/globals';
import { join } from 'node:path';
import { activeFfmpegCount } from '../../src/video/ffmpeg-registry.js';
import { FrameReader } from '../../src/video/frame-reader.js';
import { openFrameSource } from '../../src/video/open-frame-source.js';
import { temporaryFolder } from '../fixtures/temporary-folder.js';
import { writeTestClip } from '../fixtures/test-clip.js';
import { sourceOptions } from './frame-source-fixture.js';

const file = join(temporaryFolder(), 'clip.mp4');

describe('FrameReader', () => {
  it('gives every frame once, in order, and then nothing', async () => {
    await writeTestClip(file, 12);
    const reader = new FrameReader((gate) => openFrameSource({ ...sourceOptions(`file:${file}`), gate }));
    const sequences: number[] = [];
    for (let frame = await reader.next(); frame !== undefined; frame = await reader.next()) {
      sequences.push(frame.sequence);
    }
    expect(sequences).toEqual(Array.from({ length: 12 }, (_, i) => i));
    expect(await reader.next()).toBeUndefined();
  });

  it('passes the error of the source on', async () => {
    const reader = new FrameReader((gate) => openFrameSource({ ...sourceOptions('file:/missing'), gate }));
    await expect(reader.next()).rejects.toThrow('missing');
  });

  it('ends the decoder when it is closed', async () => {
    await writeTestClip(file, 50);
    const reader = new FrameReader((gate) => openFrameSource({ ...sourceOptions(`file:${file}`), gate }));
    expect((await reader.next())?.sequence).toBe(0);
    reader.close();
    while ((await reader.next()) !== undefined);
    expect(activeFfmpegCount()).toBeLessThanOrEqual(1);
  });
});
