import { describe, expect, it } from '@jest/globals';
import { firstValueFrom, take, toArray } from 'rxjs';
import { PhantomRenderer } from '../../src/video/phantom/renderer.js';
import { openFrameSource } from '../../src/video/open-frame-source.js';
import { openPhantomSource } from '../../src/video/phantom-source.js';
import { TestGate } from '../fixtures/test-gate.js';
import { allFrames, errorOf, mediaTimes, sourceOptions } from './frame-source-fixture.js';

describe('openPhantomSource', () => {
  it('gives exactly the frames asked for, with times and sizes, and completes', async () => {
    const uri = 'phantom://scene?seed=3&fps=50&size=640x512&frames=12&pace=fast';
    const frames = await allFrames(openFrameSource(sourceOptions(uri)));

    expect(frames.map(({ sequence }) => sequence)).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11]);
    expect(mediaTimes(frames)).toEqual(frames.map((_, index) => index * 20_000));
    expect(frames[0]).toMatchObject({
      sourceWidth: 640,
      sourceHeight: 512,
      width: 32,
      height: 24,
      feedId: 'test',
    });
    const renderer = new PhantomRenderer(3, 32, 24, 1.25);
    frames.forEach(({ pixels }, index) => {
      expect(Buffer.compare(pixels, renderer.render(index / 50).pixels)).toBe(0);
    });
  });

  it('comes in real time by default', async () => {
    const started = performance.now();
    const frames = await allFrames(openPhantomSource(sourceOptions('phantom://?fps=20&frames=5')));
    expect(frames).toHaveLength(5);
    // The last of five frames is due 200 ms after the start, however fast they are drawn.
    expect(performance.now() - started).toBeGreaterThanOrEqual(199);
  });

  it('goes on in the same scene after firstSequence', async () => {
    const options = sourceOptions('phantom://scene?pace=fast', { firstSequence: 100 });
    const frame = await firstValueFrom(openPhantomSource(options));
    expect(frame).toMatchObject({ sequence: 100, mediaTimeUs: 4_000_000 });
    expect(Buffer.compare(frame.pixels, new PhantomRenderer(1, 32, 24, 1.25).render(4).pixels)).toBe(0);
  });

  it('starts again at the end when it loops, with rising times', async () => {
    const options = sourceOptions('phantom://scene?frames=3&pace=fast', { loop: true });
    const frames = await firstValueFrom(openPhantomSource(options).pipe(take(5), toArray()));
    expect(mediaTimes(frames)).toEqual([0, 40_000, 80_000, 120_000, 160_000]);
    expect(Buffer.compare(frames[3]!.pixels, frames[0]!.pixels)).toBe(0);
  });

  it('draws only while the gate is open', async () => {
    const gate = new TestGate(false);
    const sequences: number[] = [];
    let opened = 0;
    const open = (): void => {
      opened++;
      gate.open();
    };
    const done = new Promise<void>((resolve, reject) => {
      openPhantomSource(sourceOptions('phantom://scene?frames=3', { gate })).subscribe({
        next: ({ sequence }) => {
          sequences.push(sequence);
          gate.close();
          // One frame for each time the gate was opened: a frame drawn meanwhile would be one too many.
          expect(sequences).toEqual(Array.from({ length: opened }, (_, index) => index));
          setImmediate(open);
        },
        error: reject,
        complete: resolve,
      });
    });
    expect(gate.listenerCount).toBe(1);
    open();
    await done;
    expect(sequences).toEqual([0, 1, 2]);
    expect(gate.listenerCount).toBe(0);
  });

  it.each([
    ['phantom://room', 'source.uri', 'phantom://scene'],
    ['phantom://scene?speed=2', "option 'speed'", 'seed, fps, size'],
    ['phantom://scene?seed=-1', 'seed is "-1"', '0 to 2147483647'],
    ['phantom://scene?seed=1&seed=2', 'seed is', 'one value'],
    ['phantom://scene?fps=0', 'fps is "0"', '0.1 to 1000'],
    ['phantom://scene?size=8x8', 'size is "8"', '16 to 8192'],
    ['phantom://scene?size=big', 'size is "big"', 'WIDTHxHEIGHT'],
    ['phantom://scene?frames=0', 'frames is "0"', '1 to'],
    ['phantom://scene?pace=slow', 'pace is "slow"', 'real-time, fast'],
  ])('refuses %s', async (uri, field, allowed) => {
    const error = await errorOf(openPhantomSource(sourceOptions(uri)));
    expect(error.code).toBe('invalid_argument');
    expect(error.message).toContain(field);
    expect(error.message).toContain(allowed);
  });
});
