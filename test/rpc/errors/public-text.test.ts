import { describe, expect, it } from '@jest/globals';
import { publicSource, publicText } from '../../../src/rpc/errors/public-text.js';

describe('publicText', () => {
  it.each([
    ['ffmpeg: /srv/media/or 1/clip.mp4: No such file', 'ffmpeg: or 1/clip.mp4: No such file'],
    ["'/srv/media/clip.mp4' is empty", "'clip.mp4' is empty"],
    ['C:\\media\\clip.mp4 is empty', 'clip.mp4 is empty'],
    ['file:///srv/media/clip.mp4 is empty', 'clip.mp4 is empty'],
    ['http://user:pw@host:8080/a/b.m3u8 timed out', 'http://***@host:8080/a/b.m3u8 timed out'],
    ['25 frames/s, 1/2 of it', '25 frames/s, 1/2 of it'],
  ])('%s', (text, shown) => {
    expect(publicText(text)).toBe(shown);
  });
});

describe('publicSource', () => {
  it.each([
    ['/srv/media/clip.mp4', 'clip.mp4'],
    ['file:/srv/media/clip.mp4', 'clip.mp4'],
    ['rtsp://admin:secret@10.0.0.7/stream', 'rtsp://***@10.0.0.7/stream'],
    ['nonsense://admin:secret@host', 'nonsense://***@host'],
  ])('%s', (uri, shown) => {
    expect(publicSource(uri)).toBe(shown);
  });
});
