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
const FRAME = /^n: *\d+ pts: *(-?\d+|NOPTS) .*? s:(\d+)x(\d+)(?: |$)/;
const TIME_BASE = /^config in time_base: *(\d+)\/(\d+)/;

/**
 * Reads the lines of the `showinfo` filter. The printed `pts_time` has six significant digits only, which is
 * tens of milliseconds after an hour of video, hence times are made from the integer `pts` and the time base.
 */
export class ShowinfoReader {
  #usPerTick: number | undefined;

  /** A frame's facts; `'other'` for another line of the filter; undefined for a line that is not its own. */
  read(line: string, nowMs: number): FrameInfo | 'other' | undefined {
    const prefix = PREFIX.exec(line)?.[0];
    if (prefix === undefined) return undefined;
    const text = line.slice(prefix.length);
    const frame = FRAME.exec(text);
    if (frame !== null) {
      const ticks = frame[1] === 'NOPTS' || this.#usPerTick === undefined ? undefined : Number(frame[1]);
      return {
        ptsUs: ticks === undefined ? undefined : Math.round(ticks * this.#usPerTick!),
        width: Number(frame[2]),
        height: Number(frame[3]),
        seenAtMs: nowMs,
      };
    }
    const base = TIME_BASE.exec(text);
    if (base !== null) this.#usPerTick = (Number(base[1]) * 1e6) / Number(base[2]);
    return 'other';
  }
}
