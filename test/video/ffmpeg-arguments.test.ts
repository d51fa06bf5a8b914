import { describe, expect, it } from '@jest/globals';
import { ffmpegArguments, type FfmpegRequest } from '../../src/video/ffmpeg-arguments.js';
import { parseSourceUri } from '../../src/video/source-uri.js';

function request(uri: string, changes: Partial<FfmpegRequest> = {}): FfmpegRequest {
  return {
    source: parseSourceUri(uri),
    width: 320,
    height: 256,
    ownSpeed: false,
    everyNth: 1,
    loop: false,
    hardwareAcceleration: 'none',
    threads: 2,
    silenceTimeoutMs: 15_000,
    libavformat: [59, 27],
    ...changes,
  };
}

/** The value after an option; undefined when the option is not there. */
function valueOf(options: readonly string[], name: string): string | undefined {
  const at = options.indexOf(name);
  return at === -1 ? undefined : options[at + 1];
}

describe('ffmpegArguments', () => {
  it('asks for raw frames of the wanted size, none doubled or dropped', () => {
    const { input, outputOptions } = ffmpegArguments(request('a.mp4'));
    expect(input).toBe('file:a.mp4');
    expect(outputOptions).toEqual([
      ...['-map', '0:V:0', '-an', '-sn', '-dn', '-map_metadata', '-1'],
      ...['-vf', 'showinfo=checksum=0,scale=320:256:flags=bilinear,format=rgb24'],
      ...['-fps_mode', 'passthrough', '-threads', '1', '-f', 'rawvideo'],
    ]);
  });

  it('leaves out frames before they are scaled', () => {
    const { outputOptions } = ffmpegArguments(request('a.mp4', { everyNth: 25 }));
    expect(valueOf(outputOptions, '-vf')).toMatch(/^select='not\(mod\(n,25\)\)',showinfo=/);
  });

  it('speaks to old versions in their words', () => {
    const old = ffmpegArguments(request('rtsp://h/a', { libavformat: [58, 24] }));
    expect(valueOf(old.outputOptions, '-vsync')).toBe('passthrough');
    expect(valueOf(old.inputOptions, '-stimeout')).toBe('15000000');
    expect(old.inputOptions).not.toContain('-timeout');
    const five = ffmpegArguments(request('rtsp://h/a', { libavformat: [59, 16] }));
    expect(valueOf(five.outputOptions, '-vsync')).toBe('passthrough');
    expect(valueOf(five.inputOptions, '-timeout')).toBe('15000000');
  });

  it.each([
    ['a.mp4', 'file'],
    ['https://h/a.m3u8', 'http,https,httpproxy,tcp,tls,crypto'],
    ['rtsp://h/a', 'rtp,srtp,udp,tcp,tls'],
    ['rtmp://h/a', 'rtmp,rtmps,tcp,tls'],
    ['srt://h:1', 'srt'],
    ['udp://h:1', 'udp'],
    ['device:/dev/video0', 'file'],
  ])('lets ffmpeg open for %s only %s', (uri, protocols) => {
    expect(valueOf(ffmpegArguments(request(uri)).inputOptions, '-protocol_whitelist')).toBe(protocols);
  });

  it('plays a file at its own speed and in a loop when asked to', () => {
    const plain = ffmpegArguments(request('a.mp4')).inputOptions;
    expect(plain).not.toContain('-re');
    expect(plain).not.toContain('-stream_loop');
    const both = ffmpegArguments(request('a.mp4', { ownSpeed: true, loop: true })).inputOptions;
    expect(both).toContain('-re');
    expect(valueOf(both, '-stream_loop')).toBe('-1');
  });

  it('decodes live video by slices, without long studies, and never waits for ever', () => {
    const udp = ffmpegArguments(request('udp://h:1', { silenceTimeoutMs: 2500 })).inputOptions;
    expect(valueOf(udp, '-thread_type')).toBe('slice');
    expect(valueOf(udp, '-analyzeduration')).toBe('500000');
    expect(valueOf(udp, '-timeout')).toBe('2500000');
    expect(valueOf(udp, '-overrun_nonfatal')).toBe('1');
    expect(valueOf(ffmpegArguments(request('rtmp://h/a')).inputOptions, '-rw_timeout')).toBe('15000000');
    expect(ffmpegArguments(request('http://h/a.m3u8')).inputOptions).not.toContain('-thread_type');
  });

  it('opens devices by their driver', () => {
    const camera = ffmpegArguments(request('device:/dev/video1?rate=60'));
    expect(camera.input).toBe('/dev/video1');
    expect(valueOf(camera.inputOptions, '-f')).toBe('v4l2');
    expect(valueOf(camera.inputOptions, '-framerate')).toBe('60');
    const card = ffmpegArguments(request('device:decklink:UltraStudio 4K (1)'));
    expect(card.input).toBe('UltraStudio 4K (1)');
    expect(valueOf(card.inputOptions, '-f')).toBe('decklink');
  });

  it('asks for hardware decoding only when told to', () => {
    const { inputOptions } = ffmpegArguments(request('a.mp4', { hardwareAcceleration: 'cuda', threads: 3 }));
    expect(valueOf(inputOptions, '-hwaccel')).toBe('cuda');
    expect(valueOf(inputOptions, '-threads')).toBe('3');
    expect(ffmpegArguments(request('a.mp4')).inputOptions).not.toContain('-hwaccel');
  });

  it('has no arguments for the synthetic scene', () => {
    expect(() => ffmpegArguments(request('phantom://x'))).toThrow('not read by ffmpeg');
  });
});
