import { describe, expect, it } from '@jest/globals';
import { FrozenWatch } from '../../src/feeds/frozen-watch.js';

const WIDTH = 96;
const HEIGHT = 64;

/** A picture of one grey value, with a square of another. */
function picture(grey: number, square = { x: 0, size: 0 }): Uint8Array<ArrayBuffer> {
  const pixels = new Uint8Array(WIDTH * HEIGHT * 3).fill(grey);
  for (let y = 0; y < square.size; y++) {
    pixels.fill(255 - grey, (y * WIDTH + square.x) * 3, (y * WIDTH + square.x + square.size) * 3);
  }
  return pixels;
}

/** A frame of that picture at a time of the media, seen an hour later. */
const at = (mediaMs: number, pixels: Uint8Array<ArrayBuffer>) => ({
  pixels,
  mediaTimeUs: mediaMs * 1000,
  capturedAtMs: mediaMs + 3_600_000,
});

describe('FrozenWatch', () => {
  it('tells since when the picture stands still, once that is long enough', () => {
    const watch = new FrozenWatch(1000);
    expect(watch.frame(at(0, picture(7)))).toBeUndefined();
    expect([40, 80, 960, 1039].map((ms) => watch.frame(at(ms, picture(8))))).toEqual([
      ...[undefined, undefined, undefined, undefined],
    ]);
    expect([1040, 2000].map((ms) => watch.frame(at(ms, picture(8))))).toEqual([3_600_040, 3_600_040]);
    expect(watch.frame(at(2040, picture(9)))).toBeUndefined();
    expect(watch.frame(at(2080, picture(9)))).toBeUndefined();
  });

  it('sees a small thing that moves', () => {
    const watch = new FrozenWatch(100);
    for (let i = 0; i < 40; i++) {
      expect(watch.frame(at(i * 40, picture(60, { x: i, size: 12 })))).toBeUndefined();
    }
  });

  it('sees a change that comes back at once', () => {
    const watch = new FrozenWatch(100);
    const frames = [0, 40, 80, 120, 160].map((ms) => watch.frame(at(ms, picture(ms === 80 ? 1 : 2))));
    expect(frames).toEqual([undefined, undefined, undefined, undefined, undefined]);
  });

  it('goes by the time of the media, not by how fast a file is read', () => {
    const watch = new FrozenWatch(5000);
    expect([0, 4999, 5000].map((ms) => watch.frame(at(ms, picture(3)))).at(-1)).toBe(3_600_000);
  });

  it('begins again with another size, and can be off', () => {
    const watch = new FrozenWatch(100);
    watch.frame(at(0, picture(5)));
    expect(watch.frame(at(200, picture(5).subarray(300)))).toBeUndefined();
    const off = new FrozenWatch(0);
    expect([0, 1000, 100_000].map((ms) => off.frame(at(ms, picture(5))))).toEqual([
      ...[undefined, undefined, undefined],
    ]);
  });
});
