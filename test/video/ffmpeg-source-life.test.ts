import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { beforeAll, describe, expect, it } from '@jest/globals';
import { firstValueFrom, lastValueFrom, take, toArray } from 'rxjs';
import type { SurgicamError } from '../../src/domain/errors.js';
import { activeFfmpegCount, activeFfmpegPids, stopAllFfmpeg } from '../../src/video/ffmpeg-registry.js';
import { locateFfmpeg } from '../../src/video/locate-ffmpeg.js';
import { openFrameSource } from '../../src/video/open-frame-source.js';
import { sourceFailureOf } from '../../src/video/source-failure.js';
import { TestGate } from '../fixtures/test-gate.js';
import { waitUntil } from '../fixtures/wait-until.js';
import { temporaryFolder } from '../fixtures/temporary-folder.js';
import { allFrames, isAlive, makeVideo, mediaTimes, sourceOptions } from './frame-source-fixture.js';

const folder = temporaryFolder();
const video = join(folder, 'video.mp4');

describe('the life of a source', () => {
  beforeAll(async () => {
    const { path } = await locateFfmpeg();
    const source = ['-f', 'lavfi', '-i', 'testsrc=size=160x90:rate=25:duration=12'];
    makeVideo(path, [...source, '-c:v', 'libx264', '-preset', 'ultrafast'], video);
  });

  it('starts nothing before a subscription, and one ffmpeg for each', async () => {
    const source = openFrameSource(sourceOptions(video, { loop: true }));
    expect(activeFfmpegCount()).toBe(0);
    const gates = [firstValueFrom(source), firstValueFrom(source)];
    const frames = await Promise.all(gates);
    expect(frames.map((frame) => frame.sequence)).toEqual([0, 0]);
    await stopAllFfmpeg();
  });

  it('gives no frame while the gate is closed, and loses none', async () => {
    const gate = new TestGate(true);
    let whileClosed = 0;
    const frames = await new Promise<number[]>((resolve, reject) => {
      const times: number[] = [];
      openFrameSource(sourceOptions(video, { gate })).subscribe({
        next: (frame) => {
          if (!gate.isOpen()) whileClosed++;
          times.push(frame.mediaTimeUs);
          if (times.length % 7 !== 0) return;
          gate.close();
          setTimeout(() => gate.open(), 1);
        },
        error: reject,
        complete: () => resolve(times),
      });
    });
    expect(whileClosed).toBe(0);
    expect(frames).toEqual(Array.from({ length: 300 }, (_, index) => index * 40_000));
    expect(gate.listenerCount).toBe(0);
  });

  it('makes ffmpeg wait when the gate is closed', async () => {
    const gate = new TestGate(false);
    const options = sourceOptions(video, { gate, width: 320, height: 240 });
    const frames = allFrames(openFrameSource(options));
    await waitUntil(() => activeFfmpegPids().length === 1, 'ffmpeg');
    const pid = activeFfmpegPids()[0]!;
    let [written, unchanged] = [0, 0];
    await waitUntil(() => {
      unchanged = bytesWritten(pid) === written ? unchanged + 1 : 0;
      written = bytesWritten(pid);
      return written > 0 && unchanged === 10;
    }, 'ffmpeg waiting');
    expect(written).toBeLessThan(5 * 320 * 240 * 3); // of 300 frames
    gate.open();
    expect(mediaTimes(await frames)).toHaveLength(300);
  });

  it('stops ffmpeg when nobody listens any more', async () => {
    const gate = new TestGate(true);
    const subscription = openFrameSource(sourceOptions(video, { gate, loop: true })).subscribe();
    await waitUntil(() => activeFfmpegPids().length === 1, 'ffmpeg');
    const pid = activeFfmpegPids()[0]!;
    expect(isAlive(pid)).toBe(true);
    gate.close(); // it may be blocked in a write and must go all the same
    subscription.unsubscribe();
    await waitUntil(() => activeFfmpegCount() === 0, 'an empty registry');
    expect(isAlive(pid)).toBe(false);
    expect(gate.listenerCount).toBe(0);
  });

  it('stops after the last frame wanted', async () => {
    const source = openFrameSource(sourceOptions(video, { loop: true }));
    const frames = await lastValueFrom(source.pipe(take(3), toArray()));
    expect(frames).toHaveLength(3);
    await waitUntil(() => activeFfmpegCount() === 0, 'an empty registry');
  });

  it('starts nothing when it is left at once', async () => {
    openFrameSource(sourceOptions(video)).subscribe().unsubscribe();
    await allFrames(openFrameSource(sourceOptions(video)).pipe(take(1)));
    await stopAllFfmpeg();
    expect(activeFfmpegCount()).toBe(0);
  });

  it('fails when ffmpeg is killed in the middle, after giving what was read', async () => {
    let frames = 0;
    const error = await new Promise<SurgicamError>((resolve, reject) => {
      openFrameSource(sourceOptions(video, { loop: true })).subscribe({
        next: () => {
          if (++frames === 20) process.kill(activeFfmpegPids()[0]!, 'SIGKILL');
        },
        error: resolve,
        complete: () => reject(new Error('it ended well')),
      });
    });
    expect(frames).toBeGreaterThanOrEqual(20);
    expect(error.code).toBe('unavailable');
    expect(error.message).toContain(`was ended by SIGKILL after ${frames} frames`);
    expect(sourceFailureOf(error)).toMatchObject({ stage: 'died_later', exit: { signal: 'SIGKILL' } });
    expect(activeFfmpegCount()).toBe(0);
  });

  it('stops every ffmpeg at once', async () => {
    const source = openFrameSource(sourceOptions(video, { ownSpeed: true }));
    const subscriptions = [source, source, source].map((each) => each.subscribe({ error: () => undefined }));
    await waitUntil(() => activeFfmpegPids().length === 3, 'three ffmpeg');
    const pids = activeFfmpegPids();
    await stopAllFfmpeg();
    expect(activeFfmpegCount()).toBe(0);
    expect(pids.map(isAlive)).toEqual([false, false, false]);
    subscriptions.forEach((subscription) => subscription.unsubscribe());
  });

  it('leaves no ffmpeg behind when the process exits', async () => {
    const script = fileURLToPath(new URL('../fixtures/exit-while-decoding.js', import.meta.url));
    const child = spawn(process.execPath, [script, video], { stdio: ['ignore', 'pipe', 'inherit'] });
    let text = '';
    child.stdout.on('data', (chunk: Buffer) => (text += chunk.toString()));
    const [code] = (await once(child, 'close')) as [number];
    expect(code).toBe(0);
    const pid = Number(text);
    expect(pid).toBeGreaterThan(0);
    await waitUntil(() => !isAlive(pid), 'the end of ffmpeg');
  });
});

/** Bytes a process has handed to the kernel so far. */
function bytesWritten(pid: number): number {
  return Number(/^wchar: (\d+)$/m.exec(readFileSync(`/proc/${pid}/io`, 'utf8'))?.[1]);
}
