import { describe, expect, it } from '@jest/globals';
import { SurgicamError } from '../../src/domain/errors.js';
import { checkProtocol, resolveHardwareAcceleration } from '../../src/video/ffmpeg-capabilities.js';
import type { FfmpegInstallation } from '../../src/video/locate-ffmpeg.js';
import { parseSourceUri } from '../../src/video/source-uri.js';

const FFMPEG: FfmpegInstallation = {
  path: '/x/ffmpeg',
  version: '5.1',
  libavformat: [59, 27],
  origin: 'system',
};

function capabilities(hwaccels: string[], protocols: string[] = []) {
  return { protocols: new Set(protocols), hwaccels: new Set(hwaccels) };
}

describe('resolveHardwareAcceleration', () => {
  it.each([
    ['auto', ['cuda'], { nvidia: true, render: false }, 'auto'],
    ['auto', ['vaapi'], { nvidia: false, render: true }, 'auto'],
    ['auto', ['cuda', 'vaapi'], { nvidia: false, render: false }, 'none'],
    ['auto', ['vdpau'], { nvidia: true, render: true }, 'none'],
    ['cuda', ['cuda'], { nvidia: false, render: false }, 'cuda'],
    ['none', ['cuda'], { nvidia: true, render: true }, 'none'],
  ] as const)('%s with %j and %j is %s', (wish, hwaccels, devices, resolved) => {
    expect(resolveHardwareAcceleration(wish, FFMPEG, capabilities([...hwaccels]), devices)).toBe(resolved);
  });

  it('refuses CUDA of a build without it', () => {
    const devices = { nvidia: true, render: true };
    expect(() => resolveHardwareAcceleration('cuda', FFMPEG, capabilities(['vaapi']), devices)).toThrow(
      /built without CUDA.*auto or none/,
    );
  });
});

describe('checkProtocol', () => {
  it.each(['a.mp4', 'device:/dev/video0', 'rtsp://h/a', 'phantom://x', 'UDP://h:1'])(
    'lets %s pass',
    (uri) => {
      expect(() =>
        checkProtocol(parseSourceUri(uri), FFMPEG, capabilities([], ['tcp', 'udp'])),
      ).not.toThrow();
    },
  );

  it.each([
    ['srt://h:1', 'srt'],
    ['rtsps://h/a', 'tls'],
  ])('refuses %s of a build without %s', (uri, protocol) => {
    const check = (): void => checkProtocol(parseSourceUri(uri), FFMPEG, capabilities([], ['tcp']));
    expect(check).toThrow(SurgicamError);
    expect(check).toThrow(`built without ${protocol}`);
  });
});
