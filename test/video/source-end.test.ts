import { describe, expect, it } from '@jest/globals';
import { InputFacts } from '../../src/video/input-facts.js';
import { isOverForGood } from '../../src/video/source-end.js';
import { parseSourceUri } from '../../src/video/source-uri.js';

function factsOf(...lines: string[]): InputFacts {
  const facts = new InputFacts();
  for (const line of lines) facts.read(line);
  return facts;
}

const http = parseSourceUri('http://host/video');

describe('InputFacts', () => {
  it('reads the container and the length, the first time that they are said', () => {
    const facts = factsOf(
      "[info] Input #0, mov,mp4,m4a,3gp,3g2,mj2, from 'http://host/video':",
      '[info]   Duration: 01:02:03.50, start: 0.000000, bitrate: 101 kb/s',
      '[info]   Duration: 00:00:01.00, start: 0.000000, bitrate: 101 kb/s',
    );
    expect(facts).toEqual({ format: 'mov,mp4,m4a,3gp,3g2,mj2', durationSeconds: 3723.5 });
  });

  it('knows no length of a stream', () => {
    const facts = factsOf(
      "Input #0, mpegts, from 'http://host/live'",
      '  Duration: N/A, start: 1.4, bitrate: N/A',
    );
    expect(facts).toEqual({ format: 'mpegts', durationSeconds: undefined });
  });
});

describe('isOverForGood', () => {
  it.each([
    ['a file', parseSourceUri('a.mp4'), {}, [], true],
    ['a file on a web server', http, { format: 'mov,mp4', durationSeconds: 2 }, [], true],
    ['a stream over HTTP', http, { format: 'mpegts' }, [], false],
    [
      'a stream over HTTP that names a length of nothing',
      http,
      { format: 'flv', durationSeconds: 0 },
      [],
      false,
    ],
    ['a playlist that came to its end', http, { format: 'hls' }, [], true],
    ['a playlist that is gone', http, { format: 'hls' }, ['[warning] Failed to reload playlist 0'], false],
    ['a camera', parseSourceUri('rtsp://host/a'), { format: 'rtsp', durationSeconds: 5 }, [], false],
  ])('%s', (_name, source, known, log, expected) => {
    const facts = { format: undefined, durationSeconds: undefined, ...known };
    expect(isOverForGood(source, facts, log)).toBe(expected);
  });
});
