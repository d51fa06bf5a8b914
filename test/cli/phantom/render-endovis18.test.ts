import { beforeAll, describe, expect, it } from '@jest/globals';
import { readFileSync, readdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import sharp from 'sharp';
import { openDataset } from '../../../src/datasets/dataset.js';
import { frameAnnotationPath, readFrameAnnotation } from '../../../src/datasets/frame-annotation.js';
import { renderDataset } from '../../../src/cli/phantom/render-dataset.js';
import type { RenderOptions } from '../../../src/cli/phantom/render-options.js';
import { INSTRUMENT_KINDS, PHANTOM_CLASSES } from '../../../src/video/phantom/instruments.js';
import { PhantomRenderer } from '../../../src/video/phantom/renderer.js';
import { temporaryFolder } from '../../fixtures/temporary-folder.js';

const folder = temporaryFolder();
const OPTIONS: RenderOptions = {
  out: path.join(folder, 'ten'),
  layout: 'endovis18',
  frames: 12,
  seed: 30,
  seeds: 4,
  width: 80,
  height: 64,
  every: 150,
  split: 'both',
  validationShare: 0.25,
  tools: 10,
  boxes: 'whole',
  threads: 2,
  force: false,
};

/** Corners in the tables' 1280 x 1024 pixels: sixteen times those of the pictures here. */
const inTable = (box: { x1: number; y1: number; x2: number; y2: number }) => {
  return { x1: box.x1 * 16, y1: box.y1 * 16, x2: box.x2 * 16, y2: box.y2 * 16 };
};

describe('phantom render, as EndoVis18', () => {
  beforeAll(() => renderDataset(OPTIONS), 60_000);

  it('is read back as the scenes it was drawn from', async () => {
    const { out, seed } = OPTIONS;
    const train = await openDataset(out, { layout: 'endovis18', classes: PHANTOM_CLASSES, split: 'train' });
    const val = await openDataset(out, { layout: 'endovis18', classes: PHANTOM_CLASSES, split: 'val' });
    expect([train.frames.length, val.frames.length]).toEqual([9, 3]);
    expect(new Set(val.frames.map(({ video }) => video))).toEqual(new Set(['seq_1']));

    let seen = 0;
    const frames = [...train.frames, ...val.frames];
    for (const [index, frame] of frames.entries()) {
      const renderer = new PhantomRenderer(seed + Math.floor(index / 3), 80, 64);
      const { pixels, truth } = renderer.render(((index % 3) * 150) / 25);
      const picture = await sharp(frame.imagePath).raw().toBuffer();
      expect(Buffer.compare(picture, Buffer.from(pixels))).toBe(0);
      expect(frame.labels).toEqual(truth.present.map(Number));
      const present = truth.instruments.filter((instrument) => instrument.present);
      seen += present.length;
      const boxes = PHANTOM_CLASSES.map((name) => {
        const box = present.find(({ kind }) => kind === name)?.box;
        return name === 'tissue' ? inTable(truth.tissueBox) : box && inTable(box);
      });
      expect(frame.boxes).toEqual(boxes);

      const mask = await sharp(frame.maskPath).toColourspace('b-w').raw().toBuffer();
      const expected = truth.labels.map((label) => {
        return label === 0 ? 0 : 1 + INSTRUMENT_KINDS.indexOf(truth.instruments[(label - 1) >> 1]!.kind);
      });
      expect(Buffer.compare(mask, Buffer.from(expected))).toBe(0);

      const annotation = await readFrameAnnotation(frameAnnotationPath(out, frame));
      expect(annotation.caption).toBe(truth.caption);
      expect(annotation.objects).toEqual([
        ...present.map(({ kind, box, interaction }) => ({ name: kind, box: inTable(box!), interaction })),
        { name: 'tissue', box: inTable(truth.tissueBox) },
      ]);
    }
    expect(seen).toBeGreaterThan(5);
  }, 60_000);

  it('is the same to the byte with one thread', async () => {
    const other = path.join(folder, 'one-thread');
    await renderDataset({ ...OPTIONS, out: other, threads: 1 });
    expect(filesBelow(other)).toEqual(filesBelow(OPTIONS.out));
  }, 60_000);

  it('labels the eight of the real data set in its own columns', async () => {
    const out = path.join(folder, 'eight');
    await renderDataset({ ...OPTIONS, out, tools: 8, boxes: 'tip', split: 'train' });
    const [header, row] = readFileSync(
      path.join(out, 'annotation_tool/train_dataset/seq_2.txt'),
      'utf8',
    ).split('\n');
    expect(header).toBe(`frame ${INSTRUMENT_KINDS.slice(0, 8).join(' ')}`);
    expect(row!.split(' ')).toHaveLength(9);
    const dataset = await openDataset(out, { layout: 'endovis18', classes: PHANTOM_CLASSES });
    const frame = dataset.frames[1]!;
    const { truth } = new PhantomRenderer(OPTIONS.seed, 80, 64).render(6);
    const labelled = truth.present.map((isThere, k) => Number(isThere && (k < 8 || k === 10)));
    expect(frame.labels).toEqual(labelled);
    const tips = INSTRUMENT_KINDS.map((kind, k) => {
      const tipBox = truth.instruments.find((instrument) => instrument.kind === kind)?.tipBox;
      return labelled[k] === 1 && tipBox !== undefined ? inTable(tipBox) : undefined;
    });
    expect(frame.boxes!.slice(0, 10)).toEqual(tips);
  }, 60_000);

  it('refuses a folder with other files, and renders its own anew only with force', async () => {
    const out = path.join(folder, 'again');
    const small = { ...OPTIONS, out, frames: 2, seeds: 2 };
    await renderDataset(small);
    await expect(renderDataset(small)).rejects.toThrow(/--force/);
    await renderDataset({ ...small, split: 'val', force: true });
    expect(readdirSync(out).sort()).toEqual(['annotation_tool', 'gt_bbox', 'phantom.json', 'seq_1', 'seq_5']);
    writeFileSync(path.join(out, 'notes.txt'), 'mine');
    await expect(renderDataset({ ...small, force: true })).rejects.toThrow(/notes\.txt/);
    expect(readFileSync(path.join(out, 'notes.txt'), 'utf8')).toBe('mine');
  }, 60_000);

  it.each([
    [{ seeds: 1 }, /--seeds is 1; allowed: 2 or more/],
    [{ seeds: 13 }, /--seeds is 13; allowed: 1 to 12/],
  ])('refuses %j', async (wrong, message) => {
    const out = path.join(folder, 'refused');
    await expect(renderDataset({ ...OPTIONS, ...wrong, out })).rejects.toThrow(message);
  });
});

/** Relative names and contents. */
function filesBelow(root: string): [string, string][] {
  return readdirSync(root, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry): [string, string] => {
      const file = path.join(entry.parentPath, entry.name);
      return [path.relative(root, file), readFileSync(file, 'base64')];
    })
    .sort(([a], [b]) => (a < b ? -1 : 1));
}
