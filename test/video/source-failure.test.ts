import { describe, expect, it } from '@jest/globals';
import { judgeOutcome, sourceFailureOf, type FfmpegOutcome } from '../../src/video/source-failure.js';
import { parseSourceUri } from '../../src/video/source-uri.js';

function outcome(uri: string, changes: Partial<FfmpegOutcome> = {}): FfmpegOutcome {
  return {
    source: parseSourceUri(uri),
    cudaWanted: false,
    exit: { code: 0, signal: null },
    frames: 10,
    framesWithoutTime: 0,
    log: [],
    ...changes,
  };
}

function judged(uri: string, changes: Partial<FfmpegOutcome>): [string, string | undefined, string] {
  const error = judgeOutcome(outcome(uri, changes));
  if (error === undefined) throw new Error('it was taken for a clean end');
  return [error.code, sourceFailureOf(error)?.stage, error.message];
}

const FAILED = { code: 1, signal: null };

describe('judgeOutcome', () => {
  it('takes code 0 after frames for a clean end', () => {
    expect(judgeOutcome(outcome('a.mp4'))).toBeUndefined();
    const damaged = [
      '[h264 @ 0x1] [error] error while decoding MB 5 5',
      '[warning] a.mp4: corrupt decoded frame',
    ];
    expect(judgeOutcome(outcome('a.mp4', { log: damaged }))).toBeUndefined();
  });

  it('tells what never started', () => {
    const exit = { code: null, signal: null, startError: new Error('spawn EAGAIN') };
    expect(judged('a.mp4', { exit, frames: 0 })).toEqual([
      'failed_precondition',
      'never_started',
      'ffmpeg could not be started for a.mp4: spawn EAGAIN; install ffmpeg, or set SURGICAM_FFMPEG',
    ]);
  });

  it('tells an input that could not be read, and whether another try makes sense', () => {
    const log = [
      '[mov @ 0x1] [error] moov atom not found',
      '[error] file:/srv/a.mp4: Invalid data found when processing input',
    ];
    expect(judged('/srv/a.mp4', { exit: FAILED, frames: 0, log })).toEqual([
      'invalid_argument',
      'unreadable_input',
      'no video could be read from a.mp4: moov atom not found',
    ]);
    const refused = [
      '[tcp @ 0x1] [error] Connection to tcp://h:554?timeout=0 failed: Connection refused',
      '[error] rtsp://u:p@h/a: Connection refused',
    ];
    expect(judged('rtsp://u:p@h/a', { exit: FAILED, frames: 0, log: refused })).toEqual([
      'unavailable',
      'unreadable_input',
      'no video could be read from rtsp://***@h/a: Connection refused',
    ]);
    expect(judged('a.mp4', { frames: 0 })[2]).toContain('it holds no video frame');
  });

  it('tells a playlist that reaches too far', () => {
    const log = ["[file @ 0x1] [error] Protocol 'file' not on whitelist 'http,https'!"];
    const [code, stage, message] = judged('http://h/a.m3u8', { exit: FAILED, frames: 0, log });
    expect([code, stage]).toEqual(['invalid_argument', 'unreadable_input']);
    expect(message).toContain("was refused: Protocol 'file' not on whitelist");
  });

  it('tells missing CUDA and what to do about it', () => {
    const log = [
      '[AVHWDeviceContext @ 0x1] [error] Cannot load libcuda.so.1',
      '[error] Device creation failed: -1.',
    ];
    const [code, stage, message] = judged('a.mp4', { exit: FAILED, frames: 0, log, cudaWanted: true });
    expect([code, stage]).toEqual(['failed_precondition', 'unreadable_input']);
    expect(message).toContain('auto or none');
  });

  it('tells what died later, by a signal, by silence, or in the middle of the data', () => {
    const killed = { code: null, signal: 'SIGKILL' as const };
    expect(judged('udp://h:1', { exit: killed })).toEqual([
      'unavailable',
      'died_later',
      'ffmpeg reading udp://h:1 was ended by SIGKILL after 10 frames',
    ]);
    expect(judged('udp://h:1', { silentForMs: 15_400 })).toEqual([
      'unavailable',
      'died_later',
      'udp://h:1 sent no video for 15 s',
    ]);
    expect(judged('rtmp://h/a', { log: ['[error] rtmp://h/a: Connection reset by peer'] })).toEqual([
      'unavailable',
      'died_later',
      'rtmp://h/a broke off after 10 frames: Connection reset by peer',
    ]);
    const partial = [
      '[mov @ 0x1] [error] stream 0, offset 0x7ca4: partial file',
      '[h264 @ 0x1] [error] Invalid NAL unit size',
    ];
    expect(judged('a.mp4', { log: partial })).toEqual([
      'invalid_argument',
      'died_later',
      'a.mp4 broke off after 10 frames: stream 0, offset 0x7ca4: partial file',
    ]);
    expect(judged('a.mp4', { exit: FAILED })[1]).toBe('died_later');
  });

  it('holds silence before the first frame for an input that cannot be read', () => {
    expect(judged('udp://h:1', { frames: 0, silentForMs: 15_000 })[1]).toBe('unreadable_input');
  });

  it('would tell frames and times out of step', () => {
    expect(judged('a.mp4', { framesWithoutTime: 2 })[0]).toBe('internal');
  });

  it('keeps the log, redacted', () => {
    const log = ['[error] rtsp://u:p@h/a: Connection refused'];
    const error = judgeOutcome(outcome('rtsp://u:p@h/a', { exit: FAILED, frames: 0, log }));
    expect(sourceFailureOf(error)!.log).toEqual(['[error] rtsp://***@h/a: Connection refused']);
    expect(sourceFailureOf(new Error('other'))).toBeUndefined();
  });
});
