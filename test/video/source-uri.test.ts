import { describe, expect, it } from '@jest/globals';
import { SurgicamError } from '../../src/domain/errors.js';
import { isLiveSource, parseSourceUri, sourceDisplayName } from '../../src/video/source-uri.js';

function refusal(uri: string): SurgicamError {
  try {
    parseSourceUri(uri);
  } catch (error) {
    if (error instanceof SurgicamError) return error;
    throw error;
  }
  throw new Error(`${uri} was taken`);
}

describe('parseSourceUri', () => {
  it.each([
    ['clips/a.mp4', 'clips/a.mp4'],
    ['/data/a b%20c.mp4', '/data/a b%20c.mp4'],
    ['-i', '-i'],
    ['file:///data/a%20b.mp4', '/data/a b.mp4'],
    ['file:take: 2.mp4', 'take: 2.mp4'],
  ])('reads %s as a file', (uri, path) => {
    expect(parseSourceUri(uri)).toEqual({ kind: 'file', path });
  });

  it.each([
    ['rtmp://h/live/a', 'rtmp'],
    ['RTMPS://h/live/a', 'rtmp'],
    ['srt://h:9000?passphrase=0123456789', 'srt'],
    ['srt://:9000?mode=listener', 'srt'],
    ['udp://@239.0.0.1:1234', 'udp'],
    ['http://h/a.mp4', 'http'],
    ['https://h/a.m3u8', 'http'],
    ['phantom://or-1?seed=3', 'phantom'],
  ])('reads %s as %s', (url, kind) => {
    expect(parseSourceUri(url)).toEqual({ kind, url });
  });

  it('takes the transport of RTSP from the fragment, which the camera never sees', () => {
    expect(parseSourceUri('rtsp://h/a?x=1')).toEqual({
      kind: 'rtsp',
      url: 'rtsp://h/a?x=1',
      transport: 'tcp',
    });
    expect(parseSourceUri('rtsps://h/a#transport=udp')).toEqual({
      kind: 'rtsp',
      url: 'rtsps://h/a',
      transport: 'udp',
    });
    expect(refusal('rtsp://h/a#transport=http').message).toContain('transport=tcp');
  });

  it('reads capture devices with their options', () => {
    expect(parseSourceUri('device:/dev/video0?size=1920x1080&rate=60&format=mjpeg')).toEqual({
      kind: 'device',
      driver: 'v4l2',
      name: '/dev/video0',
      options: new Map([
        ['video_size', '1920x1080'],
        ['framerate', '60'],
        ['input_format', 'mjpeg'],
      ]),
    });
    expect(parseSourceUri('device:decklink:DeckLink Mini Recorder')).toMatchObject({
      driver: 'decklink',
      name: 'DeckLink Mini Recorder',
    });
    expect(refusal('device:/dev/video0?vf=drawtext').message).toContain('size=WxH');
    expect(refusal('device:/etc/passwd').code).toBe('invalid_argument');
    expect(refusal('device:/dev/../etc/passwd').code).toBe('invalid_argument');
  });

  it.each([
    '',
    'gopher://h/a',
    'concat:/etc/passwd|/etc/hosts',
    'data:video/mp4,x',
    'pipe:0',
    'http:/h/a',
    'rtsp://',
    'constructor://h',
    'rtsp://h/a\r\nX: y',
  ])('refuses %j and names what is allowed', (uri) => {
    const error = refusal(uri);
    expect(error.code).toBe('invalid_argument');
    expect(error.message).toContain('rtsp://');
    expect(error.violations[0]!.field).toBe('source.uri');
  });

  it('shows no credential when it refuses', () => {
    expect(refusal('sftp://me:secret@h/a').message).not.toContain('secret');
  });
});

describe('a source', () => {
  it('is live unless it is a file or synthetic', () => {
    expect(['a.mp4', 'phantom://x'].map((uri) => isLiveSource(parseSourceUri(uri)))).toEqual([false, false]);
    expect(['udp://h:1', 'device:/dev/video0'].map((uri) => isLiveSource(parseSourceUri(uri)))).toEqual([
      true,
      true,
    ]);
  });

  it('is shown without folders and credentials', () => {
    expect(sourceDisplayName(parseSourceUri('/secret/place/a.mp4'))).toBe('a.mp4');
    expect(sourceDisplayName(parseSourceUri('rtsp://u:p@h/a'))).toBe('rtsp://***@h/a');
    expect(sourceDisplayName(parseSourceUri('device:/dev/video0?rate=30'))).toBe('device:/dev/video0');
  });
});
