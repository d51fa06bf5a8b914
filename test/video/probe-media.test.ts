import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { parseMediaFacts, probeMedia } from '../../src/video/probe-media.js';
import { describeWith, sharedPath } from '../fixtures/requirements.js';
import { temporaryFolder } from '../fixtures/temporary-folder.js';

const folder = temporaryFolder();

describeWith('shared', 'probeMedia on a surgical clip', () => {
  it('estimates its frames', async () => {
    await expect(probeMedia(sharedPath('video', 'cholec-grasper-hook.mp4'))).resolves.toEqual({
      durationSeconds: 32,
      frameRate: 25,
      estimatedFrames: 800,
      width: 854,
      height: 480,
    });
  });
});

describe('probeMedia', () => {
  it('says what is missing or no video', async () => {
    await expect(probeMedia(join(folder, 'missing.mp4'))).rejects.toMatchObject({ code: 'not_found' });
    writeFileSync(join(folder, 'text.mp4'), 'not a video');
    await expect(probeMedia(join(folder, 'text.mp4'))).rejects.toMatchObject({ code: 'invalid_argument' });
  });
});

describe('parseMediaFacts', () => {
  it('takes what there is', () => {
    const stream = '  Stream #0:0: Video: rawvideo (I420 / 0x30323449), yuv420p, 176x144, 12 tbr, 12 tbn';
    expect(parseMediaFacts(`  Duration: N/A, bitrate: N/A\n${stream}\n`)).toEqual({
      width: 176,
      height: 144,
      frameRate: 12,
    });
    expect(parseMediaFacts('  Duration: 00:01:02.50, start: 0.0\n  Stream #0:0: Audio: aac')).toBeUndefined();
    expect(
      parseMediaFacts(
        '  Duration: 01:01:02.50, start: 0.0\n  Stream #0:0(und): Video: h264 (High) (avc1 / 0x31637661), yuv420p, 1920x1080 [SAR 1:1 DAR 16:9], 59.94 fps\n',
      ),
    ).toEqual({
      width: 1920,
      height: 1080,
      durationSeconds: 3662.5,
      frameRate: 59.94,
      estimatedFrames: 219_530,
    });
  });
});
