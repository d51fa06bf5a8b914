import { beforeEach, describe, expect, it } from '@jest/globals';
import { existsSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { openDataset, type Split } from '../../src/datasets/dataset.js';
import { writeEndoVis18Tree } from '../fixtures/dataset-trees.js';
import { errorOf } from '../fixtures/errors.js';
import { temporaryFolder } from '../fixtures/temporary-folder.js';

const TOOLS = [
  'bipolar_forceps',
  'prograsp_forceps',
  'large_needle_driver',
  'monopolar_curved_scissors',
  'ultrasound_probe',
  'suction',
  'clip_applier',
  'stapler',
];
const NINE = [...TOOLS, 'tissue'];
const ELEVEN = [...TOOLS, 'hook', 'specimen_bag', 'tissue'];
const HEADER = 'frame t0 t1 t2 t3 t4 t5 t6 t7';

const top = temporaryFolder();
let root = '';

const inRoot = (...parts: string[]): string => path.join(root, ...parts);
const labelFile = (sequence: number): string =>
  inRoot('annotation_tool/train_dataset', `seq_${sequence}.txt`);
const boxFile = (sequence: number): string => inRoot('gt_bbox', `seq_${sequence}.txt`);
const open = (classes: readonly string[] = NINE, split?: Split) =>
  openDataset(root, { layout: 'endovis18', classes, ...(split === undefined ? {} : { split }) });
const messageOf = async (classes: readonly string[] = NINE, split?: Split): Promise<string> =>
  (await errorOf(() => open(classes, split))).message;

function boxRow(name: string, boxes: Readonly<Record<number, readonly number[]>>): string {
  const all = Array.from({ length: 9 }, (_, i) => boxes[i] ?? [0, 0, 0, 0]);
  return `${name}, ${all.flat().join(', ')}`;
}

/** Replaces one line of a file, counted from 1. */
function setLine(file: string, line: number, text: string): void {
  const lines = readFileSync(file, 'utf8').split('\n');
  lines[line - 1] = text;
  writeFileSync(file, lines.join('\n'));
}

beforeEach(async () => {
  root = mkdtempSync(path.join(top, 'tree-'));
  await writeEndoVis18Tree(root, { sequences: [10, 1, 2], framesPerSequence: 2, width: 64, height: 48 });
  writeFileSync(labelFile(1), `${HEADER}\n000 0 1 0 0 0 0 0 0\n001 1 0 0 1 0 0 0 1\n`);
  writeFileSync(
    boxFile(1),
    `${boxRow('frame000', { 1: [10, 20, 110, 220], 8: [0, 0, 1280, 1024] })}\n${boxRow('frame001', { 7: [1, 2, 3.5, 4] })}\n`,
  );
});

describe('openDataset of EndoVis18', () => {
  it('gives labels and boxes in the order of a nine-class model', async () => {
    const { layout, classes, boxFrame, frames } = await open(NINE, 'val');
    expect({ layout, classes, boxFrame }).toEqual({
      layout: 'endovis18',
      classes: NINE,
      boxFrame: { width: 1280, height: 1024 },
    });
    expect(frames).toEqual([
      {
        video: 'seq_1',
        name: 'frame000',
        imagePath: inRoot('seq_1/left_frames/frame000.png'),
        labels: [0, 1, 0, 0, 0, 0, 0, 0, 1],
        boxes: NINE.map((name) =>
          name === 'prograsp_forceps'
            ? { x1: 10, y1: 20, x2: 110, y2: 220 }
            : name === 'tissue'
              ? { x1: 0, y1: 0, x2: 1280, y2: 1024 }
              : undefined,
        ),
      },
      {
        video: 'seq_1',
        name: 'frame001',
        imagePath: inRoot('seq_1/left_frames/frame001.png'),
        labels: [1, 0, 0, 1, 0, 0, 0, 1, 1],
        boxes: NINE.map((name) => (name === 'stapler' ? { x1: 1, y1: 2, x2: 3.5, y2: 4 } : undefined)),
      },
    ]);
  });

  it('knows the classes of an eleven-class model: no hook, no bag, always tissue', async () => {
    const { frames } = await open(ELEVEN, 'val');
    expect(frames.map(({ labels }) => labels)).toEqual([
      [0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 1],
      [1, 0, 0, 1, 0, 0, 0, 1, 0, 0, 1],
    ]);
    expect(frames[0]!.boxes).toHaveLength(11);
    expect(frames[0]!.boxes![10]).toEqual({ x1: 0, y1: 0, x2: 1280, y2: 1024 });
  });

  it('follows the names of a model that has some of the classes in another order', async () => {
    const { frames } = await open(['tissue', 'hook', 'stapler', 'prograsp_forceps'], 'val');
    expect(frames.map(({ labels }) => labels)).toEqual([
      [1, 0, 0, 1],
      [1, 0, 1, 0],
    ]);
    expect(frames[0]!.boxes![3]).toEqual({ x1: 10, y1: 20, x2: 110, y2: 220 });
  });

  it('names a class that the data set does not know, and those that it does', async () => {
    const message = await messageOf([...NINE, 'scalpel']);
    expect(message).toContain('"scalpel"');
    for (const name of ELEVEN) expect(message).toContain(name);
  });

  it('takes the sequences of a split, or all in the order of their numbers', async () => {
    const videos = async (split?: Split) => (await open(NINE, split)).frames.map(({ video }) => video);
    expect(await videos('train')).toEqual(['seq_2', 'seq_2', 'seq_10', 'seq_10']);
    expect(await videos()).toEqual(['seq_1', 'seq_1', 'seq_2', 'seq_2', 'seq_10', 'seq_10']);
  });

  it('has no boxes without gt_bbox', async () => {
    rmSync(inRoot('gt_bbox'), { recursive: true });
    const { boxFrame, frames } = await open();
    expect(boxFrame).toBeUndefined();
    expect(frames.some((frame) => 'boxes' in frame)).toBe(false);
  });

  it('finds labels in test_dataset, too', async () => {
    renameSync(inRoot('annotation_tool/train_dataset'), inRoot('annotation_tool/test_dataset'));
    expect((await open(NINE, 'val')).frames).toHaveLength(2);
  });

  it('tolerates a byte order mark, CRLF, spaces at the end and blank lines', async () => {
    const before = await open(NINE, 'val');
    const loosen = (file: string, mark: string): void => {
      writeFileSync(file, `\uFEFF${readFileSync(file, 'utf8').replaceAll('\n', `${mark} \r\n`)}\r\n \r\n`);
    };
    loosen(labelFile(1), '\t');
    loosen(boxFile(1), ',');
    expect(await open(NINE, 'val')).toEqual(before);
  });
});

describe('a malformed EndoVis18', () => {
  const labels: readonly (readonly [
    what: string,
    line: number,
    text: string,
    place: string,
    says: string,
  ])[] = [
    ['a label that is neither 0 nor 1', 3, '001 1 0 2 1 0 0 0 1', '3:9', "large_needle_driver is '2'"],
    ['a label that is no number', 2, '000 0 1 0 0 0 0 0 x', '2:19', "stapler is 'x'"],
    ['a label too few', 3, '001 1 0 0 1 0 0 0', '3:18', 'has 8 columns'],
    ['a label too many', 3, '001 1 0 0 1 0 0 0 1 1', '3:21', 'has 10 columns'],
    ['a frame that is no number', 2, ' abc 0 1 0 0 0 0 0 0', '2:2', "frame number is 'abc'"],
    ['a frame twice', 3, '000 0 1 0 0 0 0 0 0', '3:1', 'frame000 again, after line 2'],
    ['a header that is missing', 1, '000 0 0 0 0 0 0 0 0', '1:1', 'a header line'],
  ];
  it.each(labels)('tells the place of %s', async (_, line, text, place, says) => {
    setLine(labelFile(1), line, text);
    const error = await errorOf(() => open());
    expect(error.code).toBe('invalid_argument');
    expect(error.message).toContain(`${labelFile(1)}:${place}: `);
    expect(error.message).toContain(says);
    expect(error.message).toContain('allowed: ');
  });

  const boxes: readonly (readonly [what: string, text: string, place: string, says: string])[] = [
    ['a frame without its name', boxRow('000', {}), '1:1', 'frame<NNN>'],
    ['a coordinate beyond the frame', boxRow('frame000', { 0: [0, 0, 1281, 5] }), '1:17', 'from 0 to 1280'],
    ['a height beyond the frame', boxRow('frame000', { 0: [0, 0, 5, 1025] }), '1:20', 'from 0 to 1024'],
    ['a box inside out', boxRow('frame000', { 1: [9, 9, 3, 12] }), '1:23', 'box 9, 9, 3, 12'],
    ['a coordinate too few', 'frame000, 1, 2, 3, 4', '1:21', 'has 5 columns'],
    ['what is no number', boxRow('frame000', {}).replace(' 0', ' -1'), '1:11', "coordinate is '-1'"],
  ];
  it.each(boxes)('tells the place of %s', async (_, text, place, says) => {
    setLine(boxFile(1), 1, text);
    const message = await messageOf();
    expect(message).toContain(`${boxFile(1)}:${place}: `);
    expect(message).toContain(says);
  });

  it('names row and picture when the picture is missing', async () => {
    const picture = inRoot('seq_1/left_frames/frame001.png');
    rmSync(picture);
    const message = await messageOf();
    expect(message).toContain(`${labelFile(1)}:3:1: frame001`);
    expect(message).toContain(picture);
    setLine(labelFile(1), 3, '');
    expect(await messageOf()).toContain(`${boxFile(1)}:2:1: frame001`);
  });

  it('names file and picture when the row is missing', async () => {
    setLine(labelFile(1), 3, '');
    expect(await messageOf()).toContain(`${labelFile(1)} has no row for frame001`);
    setLine(labelFile(1), 3, '001 1 0 0 1 0 0 0 1');
    setLine(boxFile(1), 2, '');
    expect(await messageOf()).toContain(`${boxFile(1)} has no row for frame001`);
  });

  it.each([
    ['the whole folder', '.', 'annotation_tool/{train_dataset,test_dataset}/seq_<n>.txt'],
    ['annotation_tool', 'annotation_tool', 'expected seq_<n>/left_frames/frame<NNN>.png'],
    ['a folder of pictures', 'seq_1/left_frames', 'expected seq_<n>/left_frames/frame<NNN>.png'],
    ['a label file', 'annotation_tool/train_dataset/seq_1.txt', 'it holds the tool labels'],
    ['a box file', 'gt_bbox/seq_1.txt', 'it holds the ground-truth boxes'],
  ])('says that %s is missing', async (_, part, says) => {
    rmSync(inRoot(part), { recursive: true });
    expect(existsSync(inRoot(part))).toBe(false);
    const error = await errorOf(() => open());
    expect(error.code).toBe('not_found');
    expect(error.message).toContain(path.basename(inRoot(part)));
    expect(error.message).toContain(says);
  });

  it('says that a split has none of its sequences', async () => {
    rmSync(inRoot('seq_1'), { recursive: true });
    expect(await messageOf(NINE, 'val')).toContain('seq_1, seq_5, seq_16');
  });
});
