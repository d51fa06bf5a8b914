import { describe, expect, it } from '@jest/globals';
import { publicLog } from '../../../src/rpc/errors/public-log.js';

describe('publicLog', () => {
  it('shows no credential and no folder', () => {
    const log = [
      '[error] rtsp://cam:hunter2@10.0.0.9/live?token=hunter2: 401 Unauthorized',
      '[AVHWDeviceContext @ 0x55] libva: /usr/lib/dri/iHD_drv_video.so init failed',
      '[srt @ 0x55] passphrase=hunter2 refused',
      "[error] Error opening input '/data/or 1/clip.mp4'",
    ];
    const shown = publicLog(log).join('\n');
    expect(shown).not.toMatch(/hunter2|\/usr|\/data/);
    expect(shown).toContain('401 Unauthorized');
    expect(shown).toContain('iHD_drv_video.so init failed');
  });

  it('keeps the newest hundred lines', () => {
    const log = Array.from({ length: 150 }, (_, index) => `line ${index}`);
    expect(publicLog(log)).toEqual(log.slice(50));
  });

  it('keeps whole lines within its bytes', () => {
    const log = Array.from({ length: 100 }, (_, index) => `${index}`.padEnd(500, '\u00e9'));
    const shown = publicLog(log);
    expect(Buffer.byteLength(shown.join(''))).toBeLessThanOrEqual(16_384);
    expect(shown).toEqual(log.slice(-shown.length));
    expect(shown.length).toBeGreaterThan(10);
  });
});
