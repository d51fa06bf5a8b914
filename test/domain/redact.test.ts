import { describe, expect, it } from '@jest/globals';
import { redactText, redactUri } from '../../src/domain/redact.js';

describe('redactUri', () => {
  it.each([
    ['rtsp://cam:hunter2@10.0.0.5:554/h264', 'rtsp://***@10.0.0.5:554/h264'],
    ['rtsp://cam:p@ss@host/a', 'rtsp://***@host/a'],
    ['rtsp://cam:p/a@ss@host/a', 'rtsp://***@host/a'],
    ['rtsp://cam@host/a', 'rtsp://***@host/a'],
    [
      'srt://h:9000?mode=caller&passphrase=0123456789&latency=20',
      'srt://h:9000?mode=caller&passphrase=***&latency=20',
    ],
    ['srt://h:9000?streamid=#!::u=me,s=secret', 'srt://h:9000?streamid=***'],
    [
      'https://h/a.m3u8?X-Api-Key=abc&access_token=def&t=5',
      'https://h/a.m3u8?X-Api-Key=***&access_token=***&t=5',
    ],
    ['https://h/a?Signature=abc', 'https://h/a?Signature=***'],
    ['rtsp://host/user=admin&password=x&channel=1', 'rtsp://host/user=admin&password=***&channel=1'],
  ])('%s becomes %s', (uri, shown) => {
    expect(redactUri(uri)).toBe(shown);
  });

  it.each([
    'http://h:8080/a.mp4?start=3',
    'rtsp://host:554/stream@1',
    'udp://@239.0.0.1:1234',
    'clips/a.mp4',
  ])('leaves %s as it is', (uri) => {
    expect(redactUri(uri)).toBe(uri);
  });
});

describe('redactText', () => {
  it('shows the input under its display name, other URIs redacted and files without folders', () => {
    const text =
      "rtsp://u:p@h/a: moved to 'rtsp://u:p@h2/a?token=1', segment 'file:/srv/patients/x.ts' not found";
    expect(redactText(text, 'rtsp://u:p@h/a', 'rtsp://***@h/a')).toBe(
      "rtsp://***@h/a: moved to 'rtsp://***@h2/a?token=***', segment 'x.ts' not found",
    );
  });
});
