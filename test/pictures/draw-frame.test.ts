import { describe, expect, it } from '@jest/globals';
import sharp from 'sharp';
import { overlayHeatmap } from '../../src/localization/overlay.js';
import { drawFrame, stripHeight } from '../../src/pictures/draw-frame.js';
import type { Picture, RgbFrame } from '../../src/pictures/picture.js';
import { noisePicture } from '../fixtures/picture.js';

const WIDTH = 160;
const HEIGHT = 120;
const grey: RgbFrame = { pixels: new Uint8Array(WIDTH * HEIGHT * 3).fill(90), width: WIDTH, height: HEIGHT };
const box = { x1: 0.25, y1: 0.25, x2: 0.75, y2: 0.75 };

const at = (picture: Picture, x: number, y: number): number[] => {
  const from = (y * picture.width + x) * 3;
  return [...picture.rgb().subarray(from, from + 3)];
};

describe('drawFrame', () => {
  it('leaves a frame without layers as it is', () => {
    const frame = { pixels: noisePicture(33, 17), width: 33, height: 17 };
    const picture = drawFrame(frame, {});
    expect([picture.width, picture.height]).toEqual([33, 17]);
    expect(Buffer.from(picture.rgb()).equals(frame.pixels)).toBe(true);
  });

  it('gives a PNG of the same pixels', async () => {
    const frame = { pixels: noisePicture(33, 17), width: 33, height: 17 };
    const { data, info } = await sharp(drawFrame(frame, {}).png())
      .removeAlpha()
      .raw()
      .toBuffer({ resolveWithObject: true });
    expect([info.width, info.height]).toEqual([33, 17]);
    expect(data.equals(frame.pixels)).toBe(true);
  });

  it('mixes the heatmap in at the resolution of the frame', () => {
    const frame = { pixels: noisePicture(64, 48), width: 64, height: 48 };
    const heatmap = { values: Float32Array.of(0, 0.3, 0.6, 1), width: 2, height: 2 };
    const picture = drawFrame(frame, { heatmap });
    expect(Buffer.from(picture.rgb()).equals(overlayHeatmap(frame.pixels, 64, 48, heatmap))).toBe(true);
  });

  it('draws a box in its colour along the inside of its edges', () => {
    const picture = drawFrame(grey, { boxes: [{ box, colour: [0, 255, 0] }] });
    for (const [x, y] of [
      [80, 30],
      [80, 89],
      [40, 60],
      [119, 60],
    ] as const) {
      expect(at(picture, x, y)).toEqual([0, 255, 0]);
    }
    expect(at(picture, 80, 60)).toEqual([90, 90, 90]);
    expect(at(picture, 20, 60)).toEqual([90, 90, 90]);
  });

  it('draws the whole of a box that is as large as the frame', () => {
    const picture = drawFrame(grey, {
      boxes: [{ box: { x1: 0, y1: 0, x2: 1, y2: 1 }, colour: [255, 0, 0] }],
    });
    for (const [x, y] of [
      [0, 60],
      [159, 60],
      [80, 0],
      [80, 119],
    ] as const) {
      expect(at(picture, x, y)).toEqual([255, 0, 0]);
    }
  });

  it('dashes a box of the ground truth', () => {
    const picture = drawFrame(grey, { boxes: [{ box, colour: [0, 255, 0], style: 'dashed' }] });
    const edge = Array.from({ length: 60 }, (_, i) => String(at(picture, 50 + i, 30)));
    expect(edge).toContain('0,255,0');
    expect(new Set(edge).size).toBeGreaterThan(1);
  });

  it('writes a label on a ground of the colour', () => {
    const bare = drawFrame(grey, { boxes: [{ box, colour: [255, 255, 0] }] });
    const named = drawFrame(grey, { boxes: [{ box, colour: [255, 255, 0], label: 'hook 0.87' }] });
    const count = (picture: Picture, colour: string): number => {
      const pixels = picture.rgb();
      let sum = 0;
      for (let i = 0; i < pixels.length; i += 3) {
        if (String([...pixels.subarray(i, i + 3)]) === colour) sum += 1;
      }
      return sum;
    };
    expect(count(named, '255,255,0')).toBeGreaterThan(count(bare, '255,255,0') + 200);
    // letters, of the font that comes with the program
    expect(count(named, '0,0,0')).toBeGreaterThan(count(bare, '0,0,0') + 20);
  });

  it('puts a title above the frame, not on it', () => {
    const frame = { ...grey, pixels: noisePicture(WIDTH, HEIGHT) };
    const picture = drawFrame(frame, { title: 'a title that is far too long for so small a frame' });
    const strip = stripHeight(grey);
    expect([picture.width, picture.height]).toEqual([WIDTH, HEIGHT + strip]);
    expect(
      Buffer.from(picture.rgb())
        .subarray(strip * WIDTH * 3)
        .equals(frame.pixels),
    ).toBe(true);
  });

  it('is drawn as wide as it is asked to be', () => {
    const picture = drawFrame(grey, { width: 640, boxes: [{ box, colour: [0, 255, 0] }] });
    expect([picture.width, picture.height]).toEqual([640, 480]);
    expect(at(picture, 320, 120)).toEqual([0, 255, 0]);
  });
});
