import { describe, expect, it } from '@jest/globals';
import { ShowinfoReader } from '../../src/video/showinfo-reader.js';

const PREFIX = '[Parsed_showinfo_0 @ 0x55c0] [info] ';

function frameText(count: number, pts: string, size = '854x480'): string {
  return `n:${String(count).padStart(4)} pts:${pts.padStart(7)} pts_time:0.04    pos:  48 fmt:yuv420p sar:0/1 s:${size} i:P iskey:1 type:I `;
}

function reader(base = '1/12800'): ShowinfoReader {
  const made = new ShowinfoReader();
  expect(made.read(`${PREFIX}config in time_base: ${base}, frame_rate: 25/1`, 0)).toEqual([]);
  return made;
}

describe('ShowinfoReader', () => {
  it('makes exact microseconds of ticks, hours into a video', () => {
    const made = reader('1/90000');
    const info = made.read(PREFIX + frameText(0, '972003003'), 5)![0]!;
    expect(info).toEqual({ ptsUs: 10_800_033_367, width: 854, height: 480, seenAtMs: 5 });
  });

  it('reads the lines of ffmpeg 2018 and of ffmpeg 7 alike', () => {
    const made = reader();
    const old =
      '[Parsed_showinfo_0 @ 0x31cf60c0] n:   0 pts:    512 pts_time:0.04    pos:       48 fmt:yuv420p sar:0/1 s:854x480 i:P iskey:1 type:I ';
    const seven =
      '[Parsed_showinfo_0 @ 0x1] [info] n:   1 pts:   1024 pts_time:0.08    duration:    512 duration_time:0.04    fmt:yuv420p cl:left sar:1/1 s:160x90 i:P iskey:1 type:I ';
    expect(made.read(old, 0)).toMatchObject([{ ptsUs: 40_000, width: 854 }]);
    expect(made.read(seven, 0)).toMatchObject([{ ptsUs: 80_000, width: 160, height: 90 }]);
  });

  it('tells a frame without a time', () => {
    expect(reader().read(PREFIX + frameText(0, 'NOPTS'), 0)).toMatchObject([{ ptsUs: undefined }]);
  });

  it('knows its other lines, and leaves those of others alone', () => {
    const made = reader();
    expect(made.read(`${PREFIX}color_range:unknown color_space:unknown`, 0)).toEqual([]);
    expect(made.read('[h264 @ 0x1] [error] error while decoding MB 5 5', 0)).toBeUndefined();
    expect(made.read('', 0)).toBeUndefined();
  });

  it('finds a frame whose text another thread has pushed behind its own', () => {
    const made = reader();
    expect(made.read(`[info]     encoder         : ${frameText(0, '0')}`, 0)).toHaveLength(1);
    expect(made.read(`${PREFIX}${frameText(1, '512')}stream 0, offset 0x7ca4: partial file`, 0)).toHaveLength(
      1,
    );
  });

  it('is not led astray by a title that looks like a frame', () => {
    const fresh = new ShowinfoReader();
    expect(fresh.read(`[info]     title           : ${frameText(0, '0')}`, 0)).toBeUndefined();
    const made = reader();
    expect(made.read(`[info]     title           : ${frameText(7, '0')}`, 0)).toBeUndefined();
  });

  it('puts frames without times in the place of lost lines', () => {
    const made = reader();
    made.read(PREFIX + frameText(0, '0'), 0);
    expect(made.read(PREFIX + frameText(3, '1536'), 9)!.map((info) => info.ptsUs)).toEqual([
      undefined,
      undefined,
      120_000,
    ]);
  });

  it('goes on when the filter starts again for a new size', () => {
    const made = reader();
    made.read(PREFIX + frameText(0, '0'), 0);
    made.read(PREFIX + frameText(1, '512'), 0);
    made.read(`${PREFIX}config in time_base: 1/1000, frame_rate: 25/1`, 0);
    expect(made.read(PREFIX + frameText(0, '80', '1920x1080'), 0)).toEqual([
      { ptsUs: 80_000, width: 1920, height: 1080, seenAtMs: 0 },
    ]);
  });
});
