import { once } from 'node:events';
import { describe, expect, it } from '@jest/globals';
import type { VideoFrame } from '../../src/domain/video-frame.js';
import { FrameSink, type FrameSinkOptions } from '../../src/video/frame-sink.js';
import type { FrameInfo } from '../../src/video/showinfo-reader.js';
import { TestGate } from '../fixtures/test-gate.js';

const FRAME_BYTES = 2 * 1 * 3;

function makeSink(changes: Partial<FrameSinkOptions> = {}): { sink: FrameSink; frames: VideoFrame[] } {
  const frames: VideoFrame[] = [];
  const sink = new FrameSink({
    feedId: 'f',
    width: 2,
    height: 1,
    firstSequence: 0,
    gate: undefined,
    mediaName: undefined,
    paced: false,
    onFrame: (frame) => frames.push(frame),
    ...changes,
  });
  return { sink, frames };
}

function info(index: number): FrameInfo {
  return { ptsUs: index * 40_000, width: 640, height: 480, seenAtMs: 0 };
}

/** Bytes of so many frames; every byte holds its frame's number. */
function bytes(...numbers: number[]): Buffer {
  return Buffer.from(numbers.flatMap((number) => Array<number>(FRAME_BYTES).fill(number)));
}

describe('FrameSink', () => {
  it('pairs the n-th frame with the n-th line, whichever comes first', () => {
    const { sink, frames } = makeSink();
    sink.write(bytes(0, 1));
    expect(frames).toHaveLength(0);
    sink.addInfo(info(0));
    sink.addInfo(info(1));
    sink.addInfo(info(2));
    expect(frames).toHaveLength(2);
    sink.write(bytes(2));
    expect(frames.map((frame) => [frame.pixels[0], frame.mediaTimeUs, frame.sequence])).toEqual([
      [0, 0, 0],
      [1, 40_000, 1],
      [2, 80_000, 2],
    ]);
    expect(frames[0]).toMatchObject({
      feedId: 'f',
      width: 2,
      height: 1,
      sourceWidth: 640,
      sourceHeight: 480,
    });
    expect(frames[0]!.decodeUs).toBeGreaterThanOrEqual(0);
    expect('mediaName' in frames[0]!).toBe(false);
  });

  it.each([1, 4, 5, 7, 17])('puts frames together from pieces of %i bytes', (size) => {
    const { sink, frames } = makeSink({ firstSequence: 10, mediaName: 'a.mp4' });
    const all = bytes(1, 2, 3, 4, 5);
    for (let index = 0; index < 5; index++) sink.addInfo(info(index));
    for (let at = 0; at < all.length; at += size) sink.write(all.subarray(at, at + size));

    expect(frames.map((frame) => frame.sequence)).toEqual([10, 11, 12, 13, 14]);
    expect(Buffer.concat(frames.map((frame) => frame.pixels))).toEqual(all);
    expect(frames.map((frame) => frame.pixels.buffer.byteLength)).toEqual(Array(5).fill(FRAME_BYTES));
    expect(new Set(frames.map((frame) => frame.pixels.buffer)).size).toBe(5);
    expect(frames[4]!.mediaName).toBe('a.mp4');
  });

  it('holds everything while the gate is closed, and loses nothing', () => {
    const gate = new TestGate(false);
    const { sink, frames } = makeSink({ gate });
    for (let index = 0; index < 4; index++) sink.addInfo(info(index));
    sink.write(bytes(0, 1));
    sink.write(bytes(2, 3));
    expect(frames).toHaveLength(0);
    expect(sink.silentForMs(Infinity)).toBe(0);
    gate.open();
    expect(frames.map((frame) => frame.pixels[0])).toEqual([0, 1, 2, 3]);
  });

  it('stops within a piece when a consumer closes the gate', () => {
    const gate = new TestGate(true);
    const seen: number[] = [];
    const { sink } = makeSink({
      gate,
      onFrame: (frame) => {
        seen.push(frame.sequence);
        gate.close();
      },
    });
    for (let index = 0; index < 3; index++) sink.addInfo(info(index));
    sink.write(bytes(0, 1, 2));
    expect(seen).toEqual([0]);
    gate.open();
    expect(seen).toEqual([0, 1]);
    gate.open();
    expect(seen).toEqual([0, 1, 2]);
  });

  it('pushes back on the writer while it holds bytes', async () => {
    const gate = new TestGate(false);
    const { sink } = makeSink({ gate });
    expect(sink.write(Buffer.alloc(128 * 1024))).toBe(false);
    const drained = once(sink, 'drain');
    for (let index = 0; index < 128 * 1024; index++) sink.addInfo(info(index));
    gate.open();
    await expect(drained).resolves.toEqual([]);
  });

  it('ends only after its last frame was given out', async () => {
    const gate = new TestGate(false);
    const { sink, frames } = makeSink({ gate });
    sink.addInfo(info(0));
    let finished = false;
    const finish = once(sink, 'finish').then(() => (finished = true));
    sink.end(bytes(0));
    await new Promise(setImmediate);
    expect(finished).toBe(false);
    gate.open();
    await finish;
    expect(frames).toHaveLength(1);
  });

  it('gives up a frame whose line never came, and counts it', async () => {
    const { sink, frames } = makeSink();
    const finish = once(sink, 'finish');
    sink.end(bytes(0, 1));
    sink.addInfo(info(0));
    sink.endInfos();
    await finish;
    expect(frames).toHaveLength(1);
    expect(sink.framesWithoutInfo).toBe(1);
  });

  it('gives nothing after close, not even when closed by its own consumer', () => {
    const gate = new TestGate(true);
    const seen: number[] = [];
    const made = makeSink({
      gate,
      onFrame: (frame) => {
        seen.push(frame.sequence);
        made.sink.close();
      },
    });
    for (let index = 0; index < 3; index++) made.sink.addInfo(info(index));
    made.sink.write(bytes(0, 1, 2));
    made.sink.write(bytes(3));
    expect(seen).toEqual([0]);
    expect(gate.listenerCount).toBe(0);
  });
});
