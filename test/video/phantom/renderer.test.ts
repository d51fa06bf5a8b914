import { describe, expect, it } from '@jest/globals';
import type { GroundTruth } from '../../../src/video/phantom/ground-truth.js';
import { INSTRUMENT_KINDS, PHANTOM_CLASSES } from '../../../src/video/phantom/instruments.js';
import { PhantomRenderer } from '../../../src/video/phantom/renderer.js';
import { CHAPTER_SECONDS, sceneAt } from '../../../src/video/phantom/scene.js';

const WIDTH = 40;
const HEIGHT = 32;

/** Truth of a frame every half second, over several chapters of several scenes. */
function manyTruths(): { truth: GroundTruth; seed: number; time: number }[] {
  return [1, 2, 3, 4, 5, 6].flatMap((seed) => {
    const renderer = new PhantomRenderer(seed, WIDTH, HEIGHT);
    return Array.from({ length: 96 }, (_, index) => {
      const time = index / 2;
      return { seed, time, truth: renderer.render(time).truth };
    });
  });
}

describe('PhantomRenderer', () => {
  it('gives the same bytes for the same seed and time, in any order', () => {
    const first = new PhantomRenderer(7, WIDTH, HEIGHT);
    const forward = [1, 5, 9].map((time) => first.render(time));
    const second = new PhantomRenderer(7, WIDTH, HEIGHT);
    const backward = [9, 5, 1].map((time) => second.render(time)).reverse();

    forward.forEach(({ pixels, truth }, index) => {
      expect(Buffer.compare(pixels, backward[index]!.pixels)).toBe(0);
      expect(backward[index]!.truth.instruments).toEqual(truth.instruments);
    });
    expect(Buffer.compare(forward[0]!.pixels, forward[1]!.pixels)).not.toBe(0);
  });

  it('draws another scene for another seed', () => {
    const one = new PhantomRenderer(1, WIDTH, HEIGHT).render(5);
    const other = new PhantomRenderer(2, WIDTH, HEIGHT).render(5);
    expect(Buffer.compare(one.pixels, other.pixels)).not.toBe(0);
  });

  it('gives each frame a buffer of its own, of the size asked for', () => {
    const renderer = new PhantomRenderer(1, 50, 30);
    const frames = [renderer.render(0), renderer.render(0)];
    expect(frames.map(({ pixels }) => pixels.buffer.byteLength)).toEqual([4500, 4500]);
    expect(frames[0]!.pixels.buffer).not.toBe(frames[1]!.pixels.buffer);
  });

  it('shows the same scene at every size', () => {
    const small = new PhantomRenderer(4, 80, 64).render(5).truth;
    const large = new PhantomRenderer(4, 320, 256).render(5).truth;
    expect(small.instruments.map(({ kind }) => kind)).toEqual(large.instruments.map(({ kind }) => kind));
    small.instruments.forEach((instrument, index) => {
      const other = large.instruments[index]!;
      expect(instrument.visiblePixels * 16).toBeGreaterThan(other.visiblePixels * 0.8);
      expect(instrument.visiblePixels * 16).toBeLessThan(other.visiblePixels * 1.25);
    });
  });
});

describe('ground truth', () => {
  const truths = manyTruths();

  it('has boxes inside the frame that hold exactly the labelled pixels', () => {
    let boxes = 0;
    for (const { truth } of truths) {
      truth.instruments.forEach(({ box, tipBox, visiblePixels, tipPixels }, index) => {
        const counted = { shaft: 0, tip: 0 };
        for (let at = 0; at < truth.labels.length; at++) {
          const part = truth.labels[at]! - 1 - 2 * index;
          if (part !== 0 && part !== 1) continue;
          counted[part === 0 ? 'shaft' : 'tip']++;
          const x = at % WIDTH;
          const y = Math.floor(at / WIDTH);
          const around = part === 1 ? tipBox! : box!;
          if (x < around.x1 || x >= around.x2 || y < around.y1 || y >= around.y2) throw new Error('outside');
        }
        expect(counted.tip).toBe(tipPixels);
        expect(counted.shaft + counted.tip).toBe(visiblePixels);
        expect(box === undefined).toBe(visiblePixels === 0);
        if (box === undefined) return;
        boxes++;
        expect(box.x1).toBeGreaterThanOrEqual(0);
        expect(box.y1).toBeGreaterThanOrEqual(0);
        expect(box.x2).toBeLessThanOrEqual(WIDTH);
        expect(box.y2).toBeLessThanOrEqual(HEIGHT);
      });
    }
    expect(boxes).toBeGreaterThan(100);
  });

  it('names as present only scheduled instruments, and tissue always', () => {
    for (const { truth, seed, time } of truths) {
      const scheduled = sceneAt(seed, time).instruments.map(({ kind }) => kind as string);
      const present = PHANTOM_CLASSES.filter((_, index) => truth.present[index]);
      expect(present.at(-1)).toBe('tissue');
      expect(scheduled).toEqual(expect.arrayContaining(present.slice(0, -1)));
    }
  });

  it('has every instrument, zero to three at a time, entering and leaving', () => {
    const counts = truths.map(({ truth }) => truth.present.filter(Boolean).length - 1);
    expect(new Set(counts)).toEqual(new Set([0, 1, 2, 3]));
    const seen = INSTRUMENT_KINDS.filter((_, index) => truths.some(({ truth }) => truth.present[index]));
    expect(seen).toEqual([...INSTRUMENT_KINDS]);
    // At the border of two chapters only tissue is seen, so whatever came has left.
    for (const { truth, time } of truths) {
      if (time % CHAPTER_SECONDS === 0) expect(truth.instruments).toEqual([]);
    }
  });
});
