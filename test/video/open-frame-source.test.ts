import { expect, it } from '@jest/globals';
import { describeWith, sharedPath } from '../fixtures/requirements.js';
import { activeFfmpegCount } from '../../src/video/ffmpeg-registry.js';
import { openFrameSource } from '../../src/video/open-frame-source.js';
import { allFrames, mediaTimes, sourceOptions, strictlyRising } from './frame-source-fixture.js';

describeWith('shared', 'openFrameSource on the surgical clips', () => {
  it.each(['cholec-grasper-hook.mp4', 'cholec-hook-dissection.mp4', 'cholec-trocar-transit.mp4'])(
    'gives exactly the 800 frames of %s',
    async (name) => {
      const path = sharedPath('video', name);
      const frames = await allFrames(openFrameSource(sourceOptions(path)));

      expect(frames).toHaveLength(800);
      expect(frames.map((frame) => frame.sequence)).toEqual(frames.map((_, index) => index));
      expect(strictlyRising(mediaTimes(frames))).toBe(true);
      expect(mediaTimes(frames)).toEqual(frames.map((_, index) => index * 40_000));
      expect(new Set(frames.map((frame) => `${frame.sourceWidth}x${frame.sourceHeight}`))).toEqual(
        new Set(['854x480']),
      );
      expect(new Set(frames.map((frame) => frame.pixels.buffer.byteLength))).toEqual(new Set([32 * 24 * 3]));
      expect(new Set(frames.map((frame) => frame.pixels.buffer)).size).toBe(800);
      expect(frames[0]!.mediaName).toBe(name);
      expect(activeFfmpegCount()).toBe(0);
    },
  );
});
