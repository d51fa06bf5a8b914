/** What ffmpeg's `showinfo` filter says of one frame. */
export interface FrameInfo {
  /** Presentation time in microseconds; undefined when the frame has none. */
  readonly ptsUs: number | undefined;
  /** Size before scaling, in pixels. */
  readonly width: number;
  readonly height: number;
  /** `performance.now()` when the line was read. */
  readonly seenAtMs: number;
}

const PREFIX = /^\[Parsed_showinfo_\d+ @ [^\]]+\] (?:\[\w+\] )?/;
const FRAME = /(?:^|[^\w])n: *(\d+) pts: *(-?\d+|NOPTS) .*? s:(\d+)x(\d+) i:\S+ iskey:\d type:\S/;
const TIME_BASE = /config in time_base: *(\d+)\/(\d+)/;

/** So many lines in a row are never lost; a larger step of the count is not the filter's. */
const MAX_LOST = 100;

/**
 * Reads the lines of the `showinfo` filter, which counts its frames from 0.
 *
 * The printed `pts_time` has six significant digits only, which is tens of milliseconds after an hour of
 * video, hence times are made from the integer `pts` and the time base. ffmpeg writes a line in pieces, and
 * another of its threads may write in between: a frame's text can follow that of someone else, without the
 * filter's name. The count tells such a line from a forged one, and tells when one was lost.
 */
export class ShowinfoReader {
  #usPerTick: number | undefined;
  #expected = 0;

  /**
   * The frames a line tells of: one as a rule, none for another line of the filter; with lost lines before
   * it, these too, without times. Undefined for a line that is not the filter's.
   */
  read(line: string, nowMs: number): readonly FrameInfo[] | undefined {
    const own = PREFIX.test(line);
    if (own || this.#usPerTick === undefined) this.#readTimeBase(line);
    const frame = FRAME.exec(line);
    if (frame === null) return own ? [] : undefined;
    const usPerTick = this.#usPerTick;
    // The line of the time base may be torn apart as well: frames are then without times, and not lost.
    if (usPerTick === undefined && !own) return undefined;
    const count = Number(frame[1]);
    if (!own && count !== this.#expected) return undefined;
    const lost = count - (count >= this.#expected ? this.#expected : 0); // it starts again at 0 with a new size
    this.#expected = count + 1;
    const info: FrameInfo = {
      ptsUs:
        frame[2] === 'NOPTS' || usPerTick === undefined
          ? undefined
          : Math.round(Number(frame[2]) * usPerTick),
      width: Number(frame[3]),
      height: Number(frame[4]),
      seenAtMs: nowMs,
    };
    if (lost === 0 || lost > MAX_LOST) return [info];
    return [...Array<FrameInfo>(lost).fill({ ...info, ptsUs: undefined }), info];
  }

  #readTimeBase(line: string): void {
    const base = TIME_BASE.exec(line);
    if (base !== null) this.#usPerTick = (Number(base[1]) * 1e6) / Number(base[2]);
  }
}
