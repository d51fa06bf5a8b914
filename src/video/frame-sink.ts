import { Writable } from 'node:stream';
import type { VideoFrame } from '../domain/video-frame.js';
import type { FrameGate } from '../domain/frame-gate.js';
import { MediaClock } from './media-clock.js';
import type { FrameInfo } from './showinfo-reader.js';

export interface FrameSinkOptions {
  readonly feedId: string;
  readonly width: number;
  readonly height: number;
  readonly firstSequence: number;
  readonly gate: FrameGate | undefined;
  readonly mediaName: string | undefined;
  /** Frames come at the source's pace, so that waiting for one says nothing of the decoder's work. */
  readonly paced: boolean;
  readonly onFrame: (frame: VideoFrame) => void;
}

/** More frames than this between the filter and the pipe would mean that the two got out of step. */
const MAX_WAITING_INFOS = 65_536;

/** Two reads of a pipe: the sink takes a chunk at once, and holds the second one back only when it must. */
const HIGH_WATER_MARK = 128 * 1024;

/**
 * Turns ffmpeg's bytes and its `showinfo` lines into frames: the n-th line belongs to the n-th frame, and
 * either may come first. Bytes go straight into the frame's own buffer. While the gate is closed no frame is
 * begun or given out, the pipe fills, and ffmpeg waits.
 */
export class FrameSink extends Writable {
  readonly #options: FrameSinkOptions;
  readonly #frameBytes: number;
  readonly #clock = new MediaClock();
  readonly #infos: FrameInfo[] = [];
  readonly #leaveGate: (() => void) | undefined;
  #pixels: Uint8Array<ArrayBuffer> | undefined;
  #filled = 0;
  #chunk: Uint8Array | undefined;
  #chunkDone: (() => void) | undefined;
  #frames = 0;
  #framesWithoutInfo = 0;
  #infosEnded = false;
  #waitingSinceMs = performance.now();
  #completedAtMs = 0;
  #lastByteAtMs = performance.now();
  #pumping = false;
  #closed = false;

  constructor(options: FrameSinkOptions) {
    // fluent-ffmpeg takes a 'close' of the sink for a reason to kill ffmpeg, which may still be ending well
    super({ highWaterMark: HIGH_WATER_MARK, autoDestroy: false, emitClose: false, decodeStrings: false });
    this.#options = options;
    this.#frameBytes = options.width * options.height * 3;
    this.#leaveGate = options.gate?.onOpen(() => {
      this.#waitingSinceMs = this.#lastByteAtMs = performance.now();
      this.#pump();
    });
  }

  /** Frames given out. */
  get frames(): number {
    return this.#frames;
  }

  /** Frames thrown away at the end because no line came for them. */
  get framesWithoutInfo(): number {
    return this.#framesWithoutInfo;
  }

  /** How long nothing has come although it was waited for; 0 while the gate is closed. */
  silentForMs(nowMs: number): number {
    return this.#gateOpen() && this.#chunk === undefined ? nowMs - this.#lastByteAtMs : 0;
  }

  addInfo(info: FrameInfo): void {
    if (this.#closed) return;
    if (this.#infos.length >= MAX_WAITING_INFOS) {
      this.#framesWithoutInfo++;
      this.close();
      return;
    }
    this.#infos.push(info);
    this.#pump();
  }

  /** No further line will come; a frame that still has none is given up. */
  endInfos(): void {
    this.#infosEnded = true;
    this.#pump();
  }

  /** No frame is given out after this; what still comes is thrown away. */
  close(): void {
    this.#closed = true;
    this.#leaveGate?.();
    this.#infos.length = 0;
    this.#pixels = this.#chunk = undefined;
    this.#chunkDone?.();
    this.#chunkDone = undefined;
  }

  override _write(chunk: Uint8Array, _encoding: string, done: () => void): void {
    if (this.#closed) {
      done();
      return;
    }
    this.#lastByteAtMs = performance.now();
    this.#chunk = chunk;
    this.#chunkDone = done;
    this.#pump();
  }

  #gateOpen(): boolean {
    return this.#options.gate?.isOpen() ?? true;
  }

  #pump(): void {
    if (this.#pumping) return; // a consumer may open the gate while it is given a frame
    this.#pumping = true;
    while (!this.#closed && this.#step());
    this.#pumping = false;
  }

  /** Does the next thing that can be done; false when it must be waited for. */
  #step(): boolean {
    if (this.#filled === this.#frameBytes) return this.#give();
    const chunk = this.#chunk;
    if (chunk === undefined) return false;
    if (chunk.length === 0) {
      const done = this.#chunkDone;
      this.#chunk = this.#chunkDone = undefined;
      done?.();
      return true;
    }
    if (this.#filled === 0 && !this.#gateOpen()) return false;
    this.#pixels ??= new Uint8Array(new ArrayBuffer(this.#frameBytes));
    const take = Math.min(chunk.length, this.#frameBytes - this.#filled);
    this.#pixels.set(take === chunk.length ? chunk : chunk.subarray(0, take), this.#filled);
    this.#filled += take;
    this.#chunk = chunk.subarray(take);
    if (this.#filled === this.#frameBytes) this.#completedAtMs = performance.now();
    return true;
  }

  #give(): boolean {
    const info = this.#infos[0];
    const pixels = this.#pixels;
    if (info === undefined && this.#infosEnded) {
      this.#framesWithoutInfo++;
      this.#filled = 0;
      return true;
    }
    if (info === undefined || pixels === undefined || !this.#gateOpen()) return false;
    const { feedId, width, height, firstSequence, mediaName, paced } = this.#options;
    const nowMs = performance.now();
    const decodeMs = this.#completedAtMs - (paced ? info.seenAtMs : this.#waitingSinceMs);
    this.#infos.shift();
    this.#pixels = undefined;
    this.#filled = 0;
    this.#waitingSinceMs = nowMs;
    const sequence = firstSequence + this.#frames++;
    this.#options.onFrame({
      feedId,
      sequence,
      mediaTimeUs: this.#clock.next(info.ptsUs),
      capturedAtMs: performance.timeOrigin + nowMs,
      capturedAtMonotonicMs: nowMs,
      sourceWidth: info.width,
      sourceHeight: info.height,
      width,
      height,
      pixels,
      decodeUs: Math.max(0, Math.round(decodeMs * 1000)),
      ...(mediaName === undefined ? {} : { mediaName }),
    });
    return true;
  }
}
